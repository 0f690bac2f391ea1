import { vi } from 'vitest';
import { handleMessage } from '../../../src/intake/handle-message.ts';
import { PendingRechecks } from '../../../src/intake/pending-rechecks.ts';
import { WATCH_RULES, type WatchRules } from '../../../src/intake/rechecks.ts';
import { type HintMessage, toProperties } from '../../../src/model/hint-message.ts';
import { createScope } from '../../../src/model/scope.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

/** Emptiness comes of age: see mirror/decide.ts. */
const HOUR = 3_600_000;
const SCOPE = createScope('sourceaccount');

interface Version {
  readonly number: number;
  readonly size: number;
  readonly at: number;
}

interface Act {
  readonly at: number;
  readonly order: number;
  readonly run: () => Promise<void> | void;
}

/**
 * One key, its writer, the queue and some workers, in virtual time: the real intake, over two accounts of which each is
 * a version. Requests and messages take no time. `vi.useFakeTimers({ toFake: ['Date'], now: 0 })` comes first.
 */
export class WatchWorld {
  source: Version = { number: 0, size: 0, at: 0 };
  backup: Version | undefined;
  /** The service copies onto the source's blob until then. */
  pendingUntil = 0;
  readonly looks: number[] = [];
  readonly copies: number[] = [];
  /** Of what was copied, the sizes in turn. */
  readonly sizes: number[] = [];
  readonly messages: HintMessage[] = [];
  waiting = 0;
  mostWaiting = 0;
  readonly #log = createSilentLogger();
  readonly #processes: readonly PendingRechecks[];
  readonly #rules: WatchRules;
  readonly #acts: Act[] = [];
  #order = 0;
  #seed = 1;

  constructor({ processes = 1, rules = WATCH_RULES }: { processes?: number; rules?: WatchRules } = {}) {
    this.#processes = Array.from({ length: processes }, () => new PendingRechecks());
    this.#rules = rules;
  }

  at(seconds: number, run: Act['run']): void {
    this.#schedule(seconds * 1000, run);
  }

  write(size: number): void {
    this.source = { number: this.source.number + 1, size, at: Date.now() };
  }

  /** An event of what was written now, which arrives after some seconds. */
  announce(data: Readonly<Record<string, unknown>>, afterSeconds = 0): void {
    const event = {
      topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
      subject: '/blobServices/default/containers/photos/blobs/log',
      eventType: 'Microsoft.Storage.BlobCreated',
      eventTime: new Date().toISOString(),
      id: `e${this.#order}`,
      data: { url: 'https://sourceaccount.blob.core.windows.net/photos/log', ...data },
      dataVersion: '',
      metadataVersion: '1',
    };
    const messageId = `m${this.#order}`;
    this.#schedule(Date.now() + afterSeconds * 1000, async () => await this.#receive(event, messageId, {}));
  }

  /** As good as at random, and the same in every run; below 1. */
  random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }

  /** Until nobody writes and no message waits. */
  async run(): Promise<void> {
    for (let act = this.#pop(); act !== undefined; act = this.#pop()) {
      vi.setSystemTime(act.at);
      await act.run();
    }
  }

  #schedule(at: number, run: Act['run']): void {
    this.#acts.push({ at, order: this.#order++, run });
    let i = this.#acts.length - 1;
    for (let up = (i - 1) >> 1; i > 0 && this.#isBefore(i, up); up = (i - 1) >> 1) i = this.#swap(i, up);
  }

  #pop(): Act | undefined {
    const top = this.#acts[0];
    const last = this.#acts.pop();
    if (top === undefined || last === undefined || last === top) return top;
    this.#acts[0] = last;
    for (let i = 0; ;) {
      let down = 2 * i + 1;
      if (down + 1 < this.#acts.length && this.#isBefore(down + 1, down)) down++;
      if (down >= this.#acts.length || !this.#isBefore(down, i)) return top;
      i = this.#swap(i, down);
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [one, other] = [this.#acts[i], this.#acts[j]];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(i: number, j: number): number {
    const [one, other] = [this.#acts[i], this.#acts[j]];
    if (one !== undefined && other !== undefined) [this.#acts[i], this.#acts[j]] = [other, one];
    return j;
  }

  async #receive(body: unknown, messageId: string, properties: Record<string, unknown>): Promise<void> {
    const pendingRechecks = this.#processes[Math.floor(this.random() * this.#processes.length)];
    const intake = {
      scope: SCOPE,
      converge: async () => await Promise.resolve(this.#converge()),
      followRename: async () => await Promise.resolve('not renamed' as const),
      walk: async () => await Promise.reject(new Error('none of these events has a prefix')),
      queue: {
        sendLater: async (message: HintMessage, delayMs: number) => {
          await Promise.resolve();
          this.messages.push(message);
          this.mostWaiting = Math.max(this.mostWaiting, ++this.waiting);
          this.#schedule(Date.now() + delayMs, async () => {
            this.waiting--;
            await this.#receive(message.event, message.messageId, toProperties(message.history));
          });
        },
        deadLetter: async () => await Promise.reject(new Error('nothing here fails')),
      },
      watchRules: this.#rules,
      ...(pendingRechecks !== undefined && { pendingRechecks }),
    };
    await handleMessage(intake, this.#log, {
      body,
      messageId,
      enqueuedTime: new Date(),
      deliveryCount: 1,
      applicationProperties: properties,
    });
    this.#log.lines.length = 0;
  }

  #converge(): Verdict {
    const { source, backup } = this;
    const now = Date.now();
    this.looks.push(now);
    if (backup?.number === source.number) return { verdict: 'in-sync' };
    if (now < this.pendingUntil) return { verdict: 'skipped', reason: 'source-copy-pending' };
    if (source.size === 0 && (backup?.size ?? 0) > 0 && now - source.at < HOUR)
      return { verdict: 'skipped', reason: 'source-still-written' };
    this.copies.push(now);
    this.sizes.push(source.size);
    this.backup = source;
    return {
      verdict: 'copied',
      created: backup === undefined,
      bytes: source.size,
      engine: 'm',
      stamped: true,
    };
  }
}
