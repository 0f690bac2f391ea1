/** The moment at which a piece of work began, by the clocks of this process. */
export interface ClockReading {
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly own: number;
  /** Milliseconds since an arbitrary moment; never decreases. */
  readonly steady: number;
  /**
   * The service's time was this or later, in milliseconds since 1970, by the answers received until then;
   * -Infinity: none was.
   */
  readonly proven: number;
}

/** How the clock of this machine compares with the clocks of the services. */
export type ClockAssessment =
  | {
      /** They agree. */
      readonly state: 'right';
      /**
       * The latest moment that may be claimed to have passed when the work began: never later than the
       * service's time.
       */
      readonly latest: Date;
    }
  | {
      /** They differ by more than a minute: nothing may be claimed. */
      readonly state: 'off';
      /** How far ours is ahead, in milliseconds; negative where it is behind. */
      readonly aheadMs: number;
      /** The account whose clock differs. */
      readonly of: string;
    }
  /**
   * No service had sent its time when the work began, or ours has jumped since, or a single answer differs: nothing may be
   * claimed.
   */
  | { readonly state: 'unknown' };

/**
 * The time of day by the clocks of the services. Every decision and claim based on a time of day uses it: the
 * clock of a machine may be hours off, and then does not say when a service did something.
 */
export interface ServiceClock {
  /**
   * The best estimate of the services' time: our clock where it agrees with theirs, or where none has
   * answered yet.
   */
  now(): Date;
  begin(): ClockReading;
  /**
   * Whether, and up to when, work that began then may claim anything. Call it when the work is done, so that
   * the answers received during the work count against our clock.
   */
  assess(beginning: ClockReading): ClockAssessment;
}

/** A clock that trusts the clock of this machine, for ports without a service: those in memory. */
export function trustClock(now: () => Date): ServiceClock {
  return {
    now,
    begin: () => {
      const own = now().getTime();
      return { own, steady: 0, proven: own };
    },
    assess: ({ own }) => ({ state: 'right', latest: new Date(own) }),
  };
}

/** A Date header has whole seconds, cut off. */
const HALF_A_SECOND_MS = 500;

/**
 * How far the clock of a service is ahead of ours, by the Date header of an answer. Assumes that the request
 * was answered halfway between sending and arrival.
 */
export function clockAheadMs(
  header: string | undefined,
  sentAt: number,
  answeredAt: number,
): number | undefined {
  const date = Date.parse(header ?? '');
  if (Number.isNaN(date)) return undefined;
  return date + HALF_A_SECOND_MS - (sentAt + answeredAt) / 2;
}

/** Time, replaceable so that a test of half an hour takes seconds. */
export interface SteadyClock {
  /** Milliseconds since an arbitrary moment. Never decreases. */
  now(): number;
  /**
   * Runs once, after the given milliseconds. The returned function cancels it, and does nothing afterwards.
   */
  after(delayMs: number, run: () => void): () => void;
}

export const systemSteadyClock: SteadyClock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** For what a process does beside its work: its timers do not keep the process running. */
export const backgroundSteadyClock: SteadyClock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
