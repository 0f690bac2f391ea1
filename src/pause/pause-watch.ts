import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { NEVER_PAUSED_STATE, type Pause, type PauseState, pausedMs } from '../api/pause.ts';
import { waitAtMost } from '../concurrency/deadline.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate, RequeueDelay } from '../ports/account-decorators.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type PauseStore, createPauseStore } from './pause-store.ts';

/** The maximum age of the state, and how often it is read while messages are in hand. */
const READ_INTERVAL_MS = 2_000;
/** After this long without an answer, messages go on by the last known state. */
const READ_TIMEOUT_MS = 5_000;
/** A message is held this long at most, which leaves time to requeue it within the four minutes of an invocation. */
const HOLD_MS = TIME_BUDGETS.pauseHold;
/** The delay of a message that is requeued after a hold. */
const REQUEUE_DELAY_MS = 60_000;

export interface PauseWatchParts {
  readonly read: () => Promise<PauseState>;
  readonly log: Logger;
  readonly clock: SteadyClock;
  /** The time of day. */
  readonly now: () => Date;
}

/**
 * The pause as one process knows it. It is read every two seconds while messages are in hand, once for all of them, so
 * that an idle app makes no requests. If it cannot be read, the last known state holds; before the first, no pause.
 */
export class PauseWatch implements PauseGate {
  readonly #parts: PauseWatchParts;
  #state: PauseState = NEVER_PAUSED_STATE;
  #readAt = -Infinity;
  #reading: { readonly since: number; readonly done: Promise<void> } | undefined;
  #isLost = false;
  #isClosing = false;
  /** Messages in hand. */
  #inHand = 0;
  #cancelNext: (() => void) | undefined;
  /** Called after every read of the state, and when the process ends. */
  readonly #listeners = new Set<() => void>();

  constructor(parts: PauseWatchParts) {
    this.#parts = parts;
  }

  readonly pass = async (work: () => Promise<void>): Promise<RequeueDelay | undefined> => {
    this.#inHand++;
    try {
      await this.#refresh();
      this.#scheduleNext();
      if (!this.isPaused()) {
        await work();
        return undefined;
      }
      return { delayMs: (await this.#hold()) === 'held for long' ? REQUEUE_DELAY_MS : 0 };
    } finally {
      this.#inHand--;
      if (this.#inHand === 0) this.#cancelSchedule();
    }
  };

  readonly isPaused = (): boolean => this.#state.paused !== null;

  readonly whenPaused = (run: () => void): (() => void) => {
    if (this.isPaused()) {
      run();
      return () => undefined;
    }
    return this.#listen(() => this.isPaused(), run);
  };

  readonly pausedSince = async (since: Date): Promise<number> => {
    await this.#refresh();
    return pausedMs(this.#state, since, this.#parts.now());
  };

  /** Releases the held messages and holds no others: the process ends. */
  readonly close = (): void => {
    this.#isClosing = true;
    this.#notify();
  };

  async #hold(): Promise<'held for long' | 'over'> {
    if (this.#isClosing) return 'over';
    return await new Promise((resolve) => {
      const cancel = this.#parts.clock.after(HOLD_MS, () => {
        stop();
        resolve('held for long');
      });
      const stop = this.#listen(
        () => this.#isClosing || !this.isPaused(),
        () => {
          cancel();
          resolve('over');
        },
      );
    });
  }

  /** Calls `run` once, at the first notification at which `condition` is true. */
  #listen(condition: () => boolean, run: () => void): () => void {
    const listener = (): void => {
      if (!condition()) return;
      this.#listeners.delete(listener);
      run();
    };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Reads every two seconds while messages are in hand. */
  #scheduleNext(): void {
    if (this.#inHand === 0) return;
    this.#cancelNext ??= this.#parts.clock.after(READ_INTERVAL_MS, () => {
      this.#cancelNext = undefined;
      void this.#refresh().then(() => this.#scheduleNext());
    });
  }

  #cancelSchedule(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
  }

  /** Brings the state up to date, once for all callers. Never rejects; callers wait for five seconds at most. */
  async #refresh(): Promise<void> {
    const { clock } = this.#parts;
    if (clock.now() - this.#readAt < READ_INTERVAL_MS) return;
    this.#reading ??= { since: clock.now(), done: this.#read() };
    const { since, done } = this.#reading;
    const left = since + READ_TIMEOUT_MS - clock.now();
    if (left <= 0) return;
    await waitAtMost(left, done, clock);
  }

  async #read(): Promise<void> {
    const { read, log, clock } = this.#parts;
    try {
      const state = await read();
      const wasPaused = this.isPaused();
      this.#state = state;
      this.#isLost = false;
      if (wasPaused !== this.isPaused()) {
        if (wasPaused) log.info('mirroring is resumed');
        else log.info('mirroring is paused', { ...state.paused });
      }
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      if (!this.#isLost) log.warn('the pause cannot be read; the last known state holds', { error });
      this.#isLost = true;
    }
    this.#readAt = clock.now();
    this.#reading = undefined;
    this.#notify();
  }
}

/** Pausing and resuming: the pause that all workers read, and the gate that holds the messages of this process. */
export interface PauseControl extends PauseStore {
  /** Every message of this process passes it. */
  readonly gate: PauseGate;
  /** Releases the messages that are held: the process is about to end. */
  readonly close: () => void;
}

/**
 * The pauses of a mirror, and the gate of this process.
 *
 * @param now the time of day
 * @param refusal why no message may be handled under these settings, if so: for workers
 */
export function openPause(
  documents: DocumentStore,
  log: Logger,
  now: () => Date,
  refusal?: () => Promise<Pause | undefined>,
): PauseControl {
  const pauses = createPauseStore(documents);
  const read = async (): Promise<PauseState> => {
    const paused = await refusal?.();
    return paused === undefined ? await pauses.read() : { paused, ended: [] };
  };
  const gate = new PauseWatch({ read, log, clock: systemSteadyClock, now });
  return { ...pauses, gate, close: gate.close };
}
