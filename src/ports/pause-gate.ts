/**
 * What every message passes before work on it begins. A trigger of Azure Functions cannot be told to take no more, so
 * what it takes while mirroring is paused is held, and goes back as a copy that counts as no try.
 */
export interface PauseGate {
  /**
   * Does the work, unless mirroring is paused. Then it is not begun: the call lasts as long as a message may be held, or
   * until the pause is over or the process is to end, and resolves to after how many milliseconds the message should
   * come again. What the work rejects with, this does.
   */
  readonly pass: (work: () => Promise<void>) => Promise<RequeueDelay | undefined>;

  /** Whether mirroring is paused, as it was last seen. While work is done it is looked at every two seconds. */
  readonly isPaused: () => boolean;

  /** Calls once when mirroring is seen to be paused, at once if it is. What is returned calls it off. */
  readonly whenPaused: (run: () => void) => () => void;

  /** For how much of the time since then mirroring stood still, in milliseconds. Never rejects. */
  readonly pausedSince: (since: Date) => Promise<number>;
}

export interface RequeueDelay {
  readonly delayMs: number;
}

/** For those whose mirroring nobody pauses. */
export const NEVER_PAUSED: PauseGate = {
  pass: async (work) => {
    await work();
    return undefined;
  },
  isPaused: () => false,
  whenPaused: () => () => undefined,
  pausedSince: async () => await Promise.resolve(0),
};
