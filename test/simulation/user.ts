import type { MemoryAccount, MemoryBlob } from '../../src/memory/memory-account.js';
import type { MemoryQueue } from '../../src/memory/memory-queue.js';
import { type Key, keyText } from '../../src/model/key.js';
import type { BlobKind } from '../../src/model/reading.js';
import { type Choices, pick, pickOne } from './choices.js';
import { describeEvent, toEvent } from './event.js';
import type { Tell } from './story.js';

export const KINDS: readonly BlobKind[] = ['block', 'append'];

/** Few and short, so that overwrites often have the same content or the same size. */
const CONTENTS = ['a', 'b', 'cc'];
const HEADERS = [{}, { contentType: 'text/x' }];

/** Everything that a user's act concerns. */
export interface Stage {
  readonly source: MemoryAccount;
  readonly queue: MemoryQueue;
  readonly keys: readonly Key[];
  readonly tell: Tell | undefined;
  /** A second goes by. */
  tick(): void;
  sourceChanged(key: Key): void;
}

/** The users of the source account, and Event Grid, which tells of what they do. */
export class User {
  readonly #stage: Stage;
  readonly #choices: Choices;
  #versions = 0;
  #messages = 0;
  /** Messages that nobody can read: they, and no others, end in the dead-letter queue. */
  readonly poison = new Set<string>();

  constructor(stage: Stage, choices: Choices) {
    this.#stage = stage;
    this.#choices = choices;
  }

  /** One act, at random. */
  act(): void {
    const key = pickOne(this.#choices, this.#stage.keys);
    const { source } = this.#stage;
    const there = source.peek(key) !== undefined;
    const container = source.containers.has(key.container);
    pick(this.#choices, [
      { weight: 10, act: () => this.#write(key) },
      ...(there ? [{ weight: 10, act: () => this.#delete(key) }] : []),
      ...(there ? [{ weight: 4, act: () => this.#changeMetadata(key) }] : []),
      { weight: 2, act: () => this.#forge(key) },
      { weight: 1, act: () => this.#poison() },
      ...(container ? [{ weight: 1, act: () => this.#dropContainer(key) }] : []),
    ]).act();
  }

  #write(key: Key): void {
    const { source, keys, tell } = this.#stage;
    if (!source.containers.has(key.container)) {
      tell?.('a user', `makes the container ${key.container} again`);
      source.addContainer(key.container);
      // The blobs that went with the container raised no event, and a later listing finds them.
      for (const other of keys) {
        this.#stage.sourceChanged(other);
        this.#send([toEvent('look', 'BlobDeleted', other)]);
      }
    }
    const content = pickOne(this.#choices, CONTENTS);
    const hasMd5 = this.#choices.draw(4) < 3;
    const kind = this.#choices.draw(12) < 11 ? 'block' : 'append';
    this.#put(key, { content, kind, ...(hasMd5 && { contentMd5: `md5 of ${content}` }) });
    this.#raise('BlobCreated', key);
  }

  /** Azure raises no event for it: a later look, by a listing, must find it. */
  #changeMetadata(key: Key): void {
    const { source } = this.#stage;
    const { etag: _etag, lastModified: _lastModified, ...blob } = source.peek(key) ?? { content: '' };
    this.#put(key, blob);
    this.#send([toEvent('look', 'BlobCreated', key)]);
  }

  #put(key: Key, blob: MemoryBlob): void {
    const { source, tell } = this.#stage;
    // Two changes may fall into one second, which is all that Last-Modified tells.
    if (this.#choices.draw(2) === 0) this.#stage.tick();
    const version = `v${++this.#versions}`;
    const etag = source.put(key, {
      ...blob,
      headers: pickOne(this.#choices, HEADERS),
      metadata: { version },
    });
    this.#stage.sourceChanged(key);
    tell?.(
      'a user',
      `writes ${keyText(key)}: ${version}, ${blob.kind} ${JSON.stringify(blob.content)} (${etag})`,
    );
  }

  #delete(key: Key): void {
    this.#stage.source.remove(key);
    this.#stage.sourceChanged(key);
    this.#stage.tell?.('a user', `deletes ${keyText(key)}`);
    this.#raise('BlobDeleted', key);
  }

  #forge(key: Key): void {
    this.#stage.tell?.('a stranger', `sends an event that says ${keyText(key)} was deleted`);
    this.#send([toEvent('forged', 'BlobDeleted', key)]);
  }

  #poison(): void {
    const { messageId } = this.#send(['no event']);
    this.poison.add(messageId);
    this.#stage.tell?.('a stranger', `sends ${messageId}, which is no event`);
  }

  #dropContainer({ container }: Key): void {
    const { source, keys } = this.#stage;
    this.#stage.tell?.('a user', `deletes the container ${container}`);
    source.dropContainer(container);
    for (const key of keys) this.#stage.sourceChanged(key);
  }

  /** At least once, and now and then together with a needless event. */
  #raise(type: 'BlobCreated' | 'BlobDeleted', key: Key): void {
    const event = toEvent('event', type, key);
    const [copies, company] = [this.#choices.draw(6), this.#choices.draw(8)];
    this.#send(
      company === 7
        ? [event, toEvent('needless', 'BlobCreated', pickOne(this.#choices, this.#stage.keys))]
        : [event],
    );
    if (copies === 5) this.#send([event]);
  }

  #send(events: readonly unknown[]): { messageId: string } {
    const messageId = `m${++this.#messages}`;
    this.#stage.tell?.('the queue', `gets ${messageId}: ${events.map(describeEvent).join(', ')}`);
    const body = events.length === 1 ? events[0] : events;
    this.#stage.queue.send({ messageId, body });
    return { messageId };
  }
}
