/** `2026-03-04T05:06:07.123`, before the four digits that stand for less than a millisecond. */
const MILLISECONDS = 23;
const TICKS_PER_MS = 10_000;

/** A time as snapshots and versions have it for a name, with seven digits of a second. Times sort as text. */
export function toTime(ms: number, tick = 0): string {
  return `${new Date(ms).toISOString().slice(0, MILLISECONDS)}${String(tick).padStart(4, '0')}Z`;
}

/** The time of `ms` (since 1970), or the first one after `last` when that is not earlier. */
export function timeAfter(ms: number, last: string): string {
  const time = toTime(ms);
  if (time > last) return time;
  const lastMs = Date.parse(`${last.slice(0, MILLISECONDS)}Z`);
  const tick = Number(last.slice(MILLISECONDS, -1)) + 1;
  return tick < TICKS_PER_MS ? toTime(lastMs, tick) : toTime(lastMs + 1);
}
