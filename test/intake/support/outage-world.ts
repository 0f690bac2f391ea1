import { handleMessage } from '../../../src/intake/handle-message.ts';
import { type Schedule, createMemoryAccount } from '../../memory/memory-account.ts';
import { converge } from '../../../src/mirror/converge.ts';
import { coalesceByKey } from '../../../src/concurrency/coalesce.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import { type HintMessage, toProperties } from '../../../src/model/hint-message.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import { createScope } from '../../../src/model/scope.ts';
import { AdaptiveGate } from '../../../src/concurrency/adaptive-gate.ts';
import { throttleBackup, throttleReader } from '../../../src/ports/account-decorators.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** As in host.json. */
const CALLS = 32;
const REQUEST_MS = 10;
const KEYS = 5000;

const SCOPE = createScope('sourceaccount');

export type Side = 'sourceaccount' | 'backupaccount';
/** A message as the queue keeps it. That of an event is made when it is received: 360,000 of them are small so. */
type Message = { readonly write: number; readonly key: Key } | HintMessage;

/**
 * A writer, a queue and a worker with 32 messages in hand, in virtual time: the real intake, backoff, gates and heart
 * over accounts in memory, whose requests take 10 ms and fail while their account is down.
 */
export class OutageWorld {
  readonly clock = new VirtualClock();
  readonly down = new Set<Side>();
  readonly dead: HintMessage[] = [];
  readonly counts = { writes: 0, done: 0, retries: 0, requests: 0, failedRequests: 0, mostAttempts: 0 };
  /** All messages ever; those before `#next` were received. */
  readonly #waiting: Message[] = [];
  #next = 0;
  #scheduled = 0;
  #inHand = 0;
  readonly #log = createSilentLogger();
  readonly #schedule: Schedule = async (call, _key, effect) => {
    this.counts.requests++;
    await this.clock.sleep(REQUEST_MS);
    const account = call.slice(0, call.indexOf('.')) as Side;
    if (!this.down.has(account)) return effect();
    this.counts.failedRequests++;
    throw new BlobmirrorError('storage-unavailable', 'it is down', { context: { account } });
  };
  readonly #source = createMemoryAccount('sourceaccount', this.#schedule);
  readonly #backup = createMemoryAccount('backupaccount', this.#schedule, this.#source);
  readonly #keys = Array.from({ length: KEYS }, (_, i) => parseKey('photos', `p/${i}.jpg`));
  readonly #converge: (key: Key) => ReturnType<typeof converge>;

  constructor() {
    this.#source.addContainer(parseKey('photos', 'x').container);
    const { clock } = this;
    const gates = {
      source: new AdaptiveGate({ account: 'sourceaccount', clock }),
      backup: new AdaptiveGate({ account: 'backupaccount', clock }),
    };
    const pair = {
      source: throttleReader(this.#source, gates.source),
      backup: throttleBackup(this.#backup, gates),
      policy: POLICY,
    };
    this.#converge = coalesceByKey((key) => converge(pair, key), clock);
  }

  /** Messages that wait, are worked on or come back later. */
  get pending(): number {
    return this.#waiting.length - this.#next + this.#inHand + this.#scheduled;
  }

  get atRest(): boolean {
    return this.pending === 0;
  }

  /** Keys whose backup is not what the source has. */
  get unequal(): number {
    return this.#keys.filter((key) => {
      const [wanted, has] = [this.#source.peek(key)?.content, this.#backup.peek(key)?.content];
      return wanted !== has;
    }).length;
  }

  /** Writes so often, evenly, until the moment. */
  write(perSecond: number, until: number): void {
    const everyMs = 10;
    let owed = 0;
    const tick = (): void => {
      for (owed += (perSecond * everyMs) / 1000; owed >= 1; owed--) this.#write();
      if (this.clock.now() + everyMs < until) this.clock.after(everyMs, tick);
    };
    tick();
  }

  #write(): void {
    const write = this.counts.writes++;
    // As good as at random, and the same in every run.
    const key = this.#keys[(write * 2654435761) % KEYS];
    if (key === undefined) throw new Error('there is no such key');
    this.#source.put(key, { content: `v${write}` });
    this.#send({ write, key });
  }

  #send(message: Message): void {
    this.#waiting.push(message);
    this.#receive();
  }

  #receive(): void {
    while (this.#inHand < CALLS) {
      const message = this.#waiting[this.#next];
      if (message === undefined) return;
      this.#next++;
      this.#inHand++;
      void this.#work(message);
    }
  }

  async #work(message: Message): Promise<void> {
    await this.#handle(message);
    this.#inHand--;
    this.counts.done++;
    this.#receive();
  }

  async #handle(message: Message): Promise<void> {
    const now = new Date();
    const incoming =
      'write' in message
        ? {
            body: toEvent(message.key, message.write),
            messageId: `m${message.write}`,
            enqueuedTime: now,
            deliveryCount: 1,
            applicationProperties: {},
          }
        : {
            body: message.event,
            messageId: message.messageId,
            enqueuedTime: now,
            deliveryCount: 1,
            applicationProperties: toProperties(message.history),
          };
    await handleMessage(
      {
        scope: SCOPE,
        converge: this.#converge,
        followRename: async () => await Promise.resolve('not renamed' as const),
        walk: async () => await Promise.reject(new Error('none of these events has a prefix')),
        queue: {
          sendLater: async (hint, delayMs) => {
            await Promise.resolve();
            this.counts.retries++;
            this.counts.mostAttempts = Math.max(this.counts.mostAttempts, hint.history.attempts);
            this.#scheduled++;
            this.clock.after(Math.ceil(delayMs / 10) * 10, () => {
              this.#scheduled--;
              this.#send(hint);
            });
          },
          deadLetter: async (hint) => {
            await Promise.resolve();
            this.dead.push(hint);
          },
        },
      },
      this.#log,
      incoming,
    );
    this.#log.lines.length = 0;
  }
}

function toEvent({ container, path }: Key, write: number): unknown {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/${container}/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: new Date().toISOString(),
    id: `e${write}`,
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/${container}/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}
