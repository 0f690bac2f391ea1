import type { Activity } from '../../model/activity.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** A scale that multiplies has no zero. */
const LEAST_MS = 10;

interface Minutes {
  /** Seconds since 1970, each the beginning of a minute. */
  readonly times: number[];
  readonly changes: number[];
  readonly lagP50Ms: (number | null)[];
  readonly lagP99Ms: (number | null)[];
}

/** Sixty minutes up to now, those in which nothing happened included. */
export function toMinutes({ minutes }: Activity, now: string): Minutes {
  const known = new Map(minutes.map((minute) => [Math.floor(Date.parse(minute.at) / MINUTE_MS), minute]));
  // The minute that is not over is no news as long as nothing happened in it.
  const current = Math.floor(Date.parse(now) / MINUTE_MS);
  const last = known.has(current) ? current : current - 1;
  const numbers = Array.from({ length: MINUTES }, (_, index) => last - MINUTES + 1 + index);
  const lag = (of: 'lagP50Ms' | 'lagP99Ms') =>
    numbers.map((number) => {
      const value = known.get(number)?.[of] ?? null;
      return value === null ? null : Math.max(value, LEAST_MS);
    });
  return {
    times: numbers.map((number) => number * 60),
    changes: numbers.map((number) => known.get(number)?.changes ?? 0),
    lagP50Ms: lag('lagP50Ms'),
    lagP99Ms: lag('lagP99Ms'),
  };
}
