import { toBlobmirrorError } from '../model/errors.ts';
import { NEVER_PAUSED_STATE, type PauseState, pausedMs } from '../api/pause.ts';
import type { SteadyClock } from '../clock/steady-clock.ts';
import type { PauseGate, RequeueDelay } from '../ports/pause-gate.ts';
import type { Logger } from '../telemetry/logger.ts';

/** How old the last look may be, and how often it is renewed while messages are in hand. */
const LOOK_EVERY_MS = 2_000;
/** A state that does not answer keeps no message waiting for longer: the last that was seen holds. */
const ANSWER_WITHIN_MS = 5_000;
/** Within the four minutes of an invocation, with the copy that is sent then. */
const HOLD_MS = 210_000;
/** After a hold, a message waits in the queue for so long: what is held is a part of it, and changes slowly. */
const AWAY_MS = 60_000;

export interface PauseWatchParts {
  readonly read: () => Promise<PauseState>;
  readonly log: Logger;
  readonly clock: SteadyClock;
  /** The time of day. */
  readonly now: () => Date;
}

/**
 * The pause as one process sees it. It is looked at while messages come, every two seconds for all of them together, so
 * that an idle app makes no requests. What cannot be read now is as it was last seen; what never was is no pause.
 */
export class PauseWatch implements PauseGate {
  readonly #parts: PauseWatchParts;
  #state: PauseState = NEVER_PAUSED_STATE;
  #lookedAt = -Infinity;
  #looking: { readonly since: number; readonly done: Promise<void> } | undefined;
  #isLost = false;
  #isClosing = false;
  /** Messages in hand. */
  #inHand = 0;
  #cancelNext: (() => void) | undefined;
  /** Called when the state is seen to have changed, or the process is to end. */
  readonly #listeners = new Set<() => void>();

  constructor(parts: PauseWatchParts) {
    this.#parts = parts;
  }

  readonly pass = async (work: () => Promise<void>): Promise<RequeueDelay | undefined> => {
    this.#inHand++;
    try {
      await this.#look();
      this.#plan();
      if (!this.isPaused()) {
        await work();
        return undefined;
      }
      return { delayMs: (await this.#hold()) === 'held for long' ? AWAY_MS : 0 };
    } finally {
      this.#inHand--;
      if (this.#inHand === 0) this.#unplan();
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
    await this.#look();
    return pausedMs(this.#state, since, this.#parts.now());
  };

  /** Lets go of what is held, and holds nothing any more: the process is to end. */
  readonly close = (): void => {
    this.#isClosing = true;
    this.#tell();
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

  /** Calls once, at the first change after which `is` says so. */
  #listen(is: () => boolean, run: () => void): () => void {
    const listener = (): void => {
      if (!is()) return;
      this.#listeners.delete(listener);
      run();
    };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Looks every two seconds for as long as messages are in hand. */
  #plan(): void {
    if (this.#inHand === 0) return;
    this.#cancelNext ??= this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#cancelNext = undefined;
      void this.#look().then(() => this.#plan());
    });
  }

  #unplan(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
  }

  /** One look for all who want one. Never rejects, and nobody waits when it has taken five seconds. */
  async #look(): Promise<void> {
    const { clock } = this.#parts;
    if (clock.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#looking ??= { since: clock.now(), done: this.#read() };
    const { since, done } = this.#looking;
    const left = since + ANSWER_WITHIN_MS - clock.now();
    if (left <= 0) return;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => (cancel = clock.after(left, resolve)));
    await Promise.race([done, late]);
    cancel();
  }

  async #read(): Promise<void> {
    const { read, log, clock } = this.#parts;
    try {
      const state = await read();
      const wasPaused = this.isPaused();
      this.#state = state;
      this.#isLost = false;
      if (wasPaused !== this.isPaused()) {
        if (wasPaused) log.info('mirroring goes on');
        else log.info('mirroring is paused', { ...state.paused });
      }
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      if (!this.#isLost) log.warn('whether mirroring is paused cannot be read now', { error });
      this.#isLost = true;
    }
    this.#lookedAt = clock.now();
    this.#looking = undefined;
    this.#tell();
  }
}
