import type { MemoryBlob } from '../memory/memory-account.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import type { BlobKind } from '../../src/model/reading.ts';
import { type Choices, pick, pickOne } from './choices.ts';
import type { User } from './user.ts';
import { HEADERS, MD5S } from './declared.ts';
import type { Stage } from './stage.ts';

export const KINDS: readonly BlobKind[] = ['block', 'append'];

/** Few and short, so that overwrites often have equal content or size. */
const CONTENTS = ['a', 'b', 'cc'];
/** The users of a flat source account. */
export class FlatUser implements User {
  readonly #stage: Stage;
  readonly #choices: Choices;
  readonly #keys: readonly Key[];
  readonly #sourceChanged: (key: Key) => void;
  readonly #kinds: readonly BlobKind[];
  #versions = 0;

  constructor(
    stage: Stage,
    keys: readonly Key[],
    sourceChanged: (key: Key) => void,
    kinds: readonly BlobKind[] = KINDS,
  ) {
    this.#kinds = kinds;
    this.#stage = stage;
    this.#choices = stage.choices;
    this.#keys = keys;
    this.#sourceChanged = sourceChanged;
  }

  /** A random act. */
  act(): void {
    const key = pickOne(this.#choices, this.#keys);
    const { source } = this.#stage;
    const there = source.peek(key) !== undefined;
    const container = source.containers.has(key.container);
    pick(this.#choices, [
      { weight: 10, act: () => this.#write(key) },
      ...(there ? [{ weight: 10, act: () => this.#delete(key) }] : []),
      ...(there ? [{ weight: 4, act: () => this.#changeMetadata(key) }] : []),
      { weight: 2, act: () => this.#stage.grid.forge({ type: 'BlobDeleted', key }) },
      { weight: 1, act: () => this.#stage.grid.sendPoison() },
      ...(container ? [{ weight: 1, act: () => this.#dropContainer(key) }] : []),
    ]).act();
  }

  #write(key: Key): void {
    const { source, grid, tell } = this.#stage;
    if (!source.containers.has(key.container)) {
      tell?.('a user', `makes the container ${key.container} again`);
      source.addContainer(key.container);
      // The blobs deleted with the container raised no event; a later listing finds them.
      for (const other of this.#keys) {
        this.#sourceChanged(other);
        grid.look({ type: 'BlobDeleted', key: other });
      }
    }
    const kind = this.#choices.draw(12) < 10 || !this.#kinds.includes('append') ? 'block' : 'append';
    // An append blob begins empty.
    const content = kind === 'append' && this.#choices.draw(2) === 0 ? '' : pickOne(this.#choices, CONTENTS);
    const contentMd5 = pickOne(this.#choices, MD5S)(content);
    this.#put(key, { content, kind, ...(contentMd5 !== undefined && { contentMd5 }) });
    this.#raise('BlobCreated', key);
  }

  /** Azure raises no event for it: a later check, after a listing, must find it. */
  #changeMetadata(key: Key): void {
    const { source, grid } = this.#stage;
    const { etag: _etag, lastModified: _lastModified, ...blob } = source.peek(key) ?? { content: '' };
    this.#put(key, blob);
    grid.look({ type: 'BlobCreated', key });
  }

  #put(key: Key, blob: MemoryBlob): void {
    const { source, tell } = this.#stage;
    // Two changes may fall into one second, the resolution of Last-Modified.
    if (this.#choices.draw(2) === 0) this.#stage.pass(1000);
    const version = `v${++this.#versions}`;
    const etag = source.put(key, {
      ...blob,
      headers: pickOne(this.#choices, HEADERS),
      metadata: { version },
    });
    this.#sourceChanged(key);
    tell?.(
      'a user',
      `writes ${keyText(key)}: ${version}, ${blob.kind} ${JSON.stringify(blob.content)} (${etag})`,
    );
  }

  #delete(key: Key): void {
    this.#stage.source.remove(key);
    this.#sourceChanged(key);
    this.#stage.tell?.('a user', `deletes ${keyText(key)}`);
    this.#raise('BlobDeleted', key);
  }

  #dropContainer({ container }: Key): void {
    const { source } = this.#stage;
    this.#stage.tell?.('a user', `deletes the container ${container}`);
    source.dropContainer(container);
    for (const key of this.#keys) this.#sourceChanged(key);
  }

  #raise(type: 'BlobCreated' | 'BlobDeleted', key: Key): void {
    this.#stage.grid.raise({ type, key }, () => ({
      type: 'BlobCreated',
      key: pickOne(this.#choices, this.#keys),
    }));
  }
}
