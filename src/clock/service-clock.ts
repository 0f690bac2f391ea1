/** The moment at which a piece of work began, by the clocks of this process. */
export interface ClockReading {
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly own: number;
  /** Milliseconds since some moment; never goes back. */
  readonly steady: number;
}

/** What the clocks of the services say of the clock of this machine. */
export type ClockAssessment =
  | {
      /** They agree. */
      readonly state: 'right';
      /** The latest moment of which may be claimed that it was over when the work began: never later than the service's time. */
      readonly latest: Date;
    }
  | {
      /** More than a minute lies between them: nothing may be claimed. */
      readonly state: 'off';
      /** How far ours is ahead, in milliseconds; negative where it is behind. */
      readonly aheadMs: number;
      /** The account whose clock says so. */
      readonly of: string;
    }
  /** No service has told its time, or ours has jumped since, or a single answer differs: nothing may be claimed. */
  | { readonly state: 'unknown' };

/**
 * The time of day by the clocks of the services. Whatever decides or claims something by a time of day goes by it: the
 * clock of a machine may be hours off, and then says nothing of when a service did something.
 */
export interface ServiceClock {
  /** As near to the services' as is known: ours where it agrees with them, and where they have said nothing yet. */
  now(): Date;
  begin(): ClockReading;
  /** Whether, and up to when, work that began then may claim anything. Asked when it is done, so that answers to it count. */
  assess(beginning: ClockReading): ClockAssessment;
}

/** One that takes the clock of this machine for right, for what has no service: the ports in memory. */
export function trustClock(now: () => Date): ServiceClock {
  return {
    now,
    begin: () => ({ own: now().getTime(), steady: 0 }),
    assess: ({ own }) => ({ state: 'right', latest: new Date(own) }),
  };
}

/** A Date header tells whole seconds, cut off. */
const HALF_A_SECOND_MS = 500;

/**
 * How far the clock of a service is ahead of ours, by the Date header of an answer. The request is taken to have been
 * answered in the middle of the time that it took.
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

/** Time, so that a test of half an hour takes seconds. */
export interface SteadyClock {
  /** Milliseconds since some moment. Never goes back. */
  now(): number;
  /** Runs once, so many milliseconds from now. The answer cancels it, and does nothing afterwards. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemSteadyClock: SteadyClock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
