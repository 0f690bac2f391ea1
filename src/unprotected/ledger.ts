import { randomBytes } from 'node:crypto';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import { SKIP_HINTS } from '../api/skip-hints.ts';
import { waitAtMost, within } from '../concurrency/deadline.ts';
import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { changeDocument, readDocument } from '../documents/change-document.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Key } from '../model/key.ts';
import type { Unprotected } from '../model/unprotected.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { Logger } from '../telemetry/logger.ts';
import { DroppedKeys, type WiderScope } from './dropped-keys.ts';
import {
  LEDGER,
  LEDGER_DOCUMENT,
  LEDGER_LIMITS,
  type LedgerDocument,
  LedgerDraft,
  type LedgerLimits,
  type NamedKey,
  nameOf,
} from './ledger-document.ts';

/** The ledger of unprotected keys, as one process sees and changes it. */
export interface Ledger extends UnprotectedKeys {
  readonly named: ReadonlyMap<string, NamedKey>;
  /** Reads it anew. @throws BlobmirrorError any storage code */
  readonly refresh: () => Promise<KnownLedger>;
  /** Changes it. `change` is called once for each attempt. @throws as `record` */
  readonly change: (change: (draft: LedgerDraft) => void) => Promise<void>;
  /** Records what was dropped here and another worker has in its scope, and waits for that at most so long. Never rejects. */
  readonly stop: (withinMs: number) => Promise<void>;
}

interface KnownLedger {
  /** Undefined: there is none, or it is damaged. */
  readonly document: LedgerDocument | undefined;
  readonly isDamaged: boolean;
}

export interface LedgerParts {
  readonly documents: Pick<DocumentStore, 'read' | 'write'>;
  readonly log: Logger;
  /** The time of day, by the clocks of the services. */
  readonly now: () => Date;
  /** The other scopes of workers that are at work. Default: none. */
  readonly readScopes?: () => Promise<readonly WiderScope[]>;
  readonly clock?: SteadyClock;
  readonly limits?: LedgerLimits;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** The pause between two writes of a process: a thousand findings a second are a few writes. */
const LEAST_PAUSE_MS = 250;
/** The same while other workers write at once. It doubles with each lost race. */
const LONGEST_PAUSE_MS = 8_000;
type Change = (draft: LedgerDraft) => void;

interface Batch {
  readonly changes: Change[];
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createLedger(parts: LedgerParts): Ledger {
  return new SharedLedger(parts);
}

/** Changes that come while one is being written go into the next write together. */
class SharedLedger implements Ledger {
  readonly named = new Map<string, NamedKey>();
  readonly #parts: Required<LedgerParts>;
  readonly #dropped: DroppedKeys;
  #next: Batch | undefined;
  #isWriting = false;
  #looking: Promise<void> | undefined;
  #pauseMs = LEAST_PAUSE_MS;
  #notBefore = -Infinity;

  constructor(parts: LedgerParts) {
    this.#parts = {
      readScopes: async () => await Promise.resolve([]),
      clock: systemSteadyClock,
      limits: LEDGER_LIMITS,
      random: Math.random,
      ...parts,
    };
    this.#dropped = new DroppedKeys(this.#parts.clock);
  }

  readonly record = async (left: readonly Unprotected[]): Promise<void> => {
    if (left.length === 0) return;
    await this.change((draft) => {
      for (const each of left) draft.record(each);
    });
  };

  readonly clear = (name: string, mark: string): void => {
    this.change((draft) => draft.clear(name, mark)).catch((thrown: unknown) => {
      const { code, message } = toBlobmirrorError(thrown);
      this.#parts.log.warn('a key that is in step again could not be cleared; it is checked again later', {
        key: name,
        code,
        detail: message,
      });
    });
  };

  readonly drop = (keys: readonly Key[]): void => {
    this.#dropped.add(keys);
    void this.#recordDropped();
  };

  readonly change = async (change: Change): Promise<void> => {
    this.#next ??= createBatch();
    this.#next.changes.push(change);
    const { done } = this.#next;
    if (!this.#isWriting) void this.#writeAll();
    // A write that began before may have spent most of the time: what waits behind it is given back with it.
    await within(TIME_BUDGETS.record, done, tooLate, this.#parts.clock);
  };

  readonly stop = async (withinMs: number): Promise<void> => {
    const work = async (): Promise<void> => {
      await this.#looking;
      await this.#recordDropped({ isLast: true });
    };
    await waitAtMost(withinMs, work(), this.#parts.clock);
  };

  readonly refresh = async (): Promise<KnownLedger> => {
    const found = await readDocument(this.#parts.documents, LEDGER_DOCUMENT, LEDGER);
    const document = found.state === 'there' ? found.value : undefined;
    if (found.state !== 'damaged') this.#know(document);
    void this.#recordDropped();
    return { document, isDamaged: found.state === 'damaged' };
  };

  /** Never rejects: it is tried again with a later message. */
  async #recordDropped(when?: { readonly isLast: boolean }): Promise<void> {
    if (!this.#dropped.isDue(when)) return;
    this.#looking = this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { readScopes, log } = this.#parts;
    try {
      const left = this.#dropped.within(await readScopes());
      if (left.length === 0) return;
      await this.record(left);
      this.#dropped.forget(left);
      log.warn('events were dropped here that another worker of the mirror has in its scope', {
        keys: left.length,
        hint: SKIP_HINTS['out-of-scope-here'],
      });
    } catch (thrown) {
      const { code, message } = toBlobmirrorError(thrown);
      log.warn('events that another worker should mirror may have been dropped', { code, detail: message });
    }
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (let batch = this.#next; batch !== undefined; batch = this.#next) {
      await this.#pause(this.#notBefore - this.#parts.clock.now());
      this.#next = undefined;
      try {
        await this.#write(batch.changes);
        batch.resolve();
      } catch (thrown) {
        batch.reject(thrown);
      }
      this.#notBefore = this.#parts.clock.now() + this.#pauseMs;
    }
    this.#isWriting = false;
  }

  /**
   * A write that got no answer in time goes on by itself, and nothing waits for it: it is made under the version that it
   * read, so it overwrites nothing.
   */
  async #write(changes: readonly Change[]): Promise<void> {
    const { clock } = this.#parts;
    const end = clock.now() + TIME_BUDGETS.record;
    await within(TIME_BUDGETS.record, this.#writeUntil(end, changes), tooLate, clock);
  }

  /** With growing pauses, since many workers may record at once. */
  async #writeUntil(end: number, changes: readonly Change[]): Promise<void> {
    const { clock } = this.#parts;
    for (let isFirst = true; ; isFirst = false) {
      try {
        await this.#tryWrite(changes);
        if (isFirst) this.#pauseMs = LEAST_PAUSE_MS;
        return;
      } catch (thrown) {
        if (toBlobmirrorError(thrown).code !== 'race-lost') throw thrown;
        if (clock.now() >= end)
          throw new BlobmirrorError('race-lost', 'the record of unprotected keys kept changing', {
            cause: thrown,
          });
        this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
        await this.#pause(this.#parts.random() * this.#pauseMs);
      }
    }
  }

  async #tryWrite(changes: readonly Change[]): Promise<void> {
    const { documents, limits, log, now } = this.#parts;
    const { found, changed } = await changeDocument(
      documents,
      LEDGER_DOCUMENT,
      LEDGER,
      (before, { state }) => {
        const mark = randomBytes(6).toString('base64url');
        const draft = new LedgerDraft(before, { now: now(), mark, limits });
        if (state === 'damaged') draft.recover([...this.named.values()]);
        for (const change of changes) change(draft);
        return draft.changed;
      },
      1,
    );
    if (found.state === 'damaged') {
      const { code, message: detail, hint } = found.error;
      log.warn('the record of unprotected keys is damaged; it is begun anew', { code, detail, hint });
    }
    this.#know(changed ?? (found.state === 'there' ? found.value : undefined));
  }

  #know(document: LedgerDocument | undefined): void {
    this.named.clear();
    for (const key of document?.keys ?? []) this.named.set(nameOf(key), key);
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      this.#parts.clock.after(ms, resolve);
    });
  }
}

function tooLate(): BlobmirrorError {
  return new BlobmirrorError(
    'storage-unavailable',
    `the record of unprotected keys could not be written within ${TIME_BUDGETS.record / 1000} s`,
  );
}

function createBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Those who wait for it may have been given back.
  promise.catch(() => undefined);
  return { changes: [], done: promise, resolve, reject };
}
