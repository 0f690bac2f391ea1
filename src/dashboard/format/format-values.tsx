import { formatBytes as sizeOf, formatDuration } from '../../api/statement.ts';

const NUMBERS = new Intl.NumberFormat('en');

export function count(value: number): string {
  return NUMBERS.format(value);
}

/** `1 key`, `3 keys`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** With a no-break space between number and unit. */
export function bytes(value: number): string {
  return sizeOf(value).replace(' ', '\u00a0');
}

export function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

/** A duration with no-break spaces: `0 s`, `80 ms`, `1.1 s`, `3 min 5 s`. */
export function span(ms: number): string {
  if (ms === 0) return '0\u00a0s';
  return (ms < 1000 ? `${Math.round(ms)} ms` : formatDuration(ms)).replaceAll(' ', '\u00a0');
}

/** A duration in whole seconds. */
export function rounded(ms: number): string {
  return span(Math.max(1000, ms)).replace(/\.\d(?=.s$)/, '');
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** The time from `at` to `now`, rounded down: `just now`, `12 s ago`, `59 min ago`. */
function ago(at: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(at);
  const unit = UNITS.find(([name, size]) => ms >= size * (name === 'd' ? 2 : 1));
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const SHORT = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The local time of day, with the date unless it is that of `now`: `12:03:02`, `24 Nov, 12:03:02`. */
export function clock(at: string | Date, now: string | Date = new Date(), seconds = true): string {
  const time = new Date(at);
  const text = (seconds ? CLOCK : SHORT).format(time);
  return time.toDateString() === new Date(now).toDateString() ? text : `${DAY.format(time)}, ${text}`;
}

/** `2026-11-25 12:03:02 UTC`. */
function utc(at: string | Date): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The name of the reader's time zone at a time: `CET`, `GMT+5:30`. */
function zone(at: Date): string {
  return ZONE.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

const ZONE = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

interface TimeProps {
  readonly at: string | Date;
  /** A time of the same day as this one is shown without its date. */
  readonly now?: string | Date;
}

/** A time in the reader's time zone, which is named; in UTC in the tooltip. */
export function Time({ at, now }: TimeProps) {
  const time = new Date(at);
  return (
    <time dateTime={time.toISOString()} title={utc(time)}>
      {clock(time, now)} <small>{zone(time)}</small>
    </time>
  );
}

/** How long ago a time is; the time itself, in the reader's time zone and in UTC, in the tooltip. */
export function Ago({ at, now }: { readonly at: string; readonly now: string }) {
  const time = new Date(at);
  return (
    <time dateTime={at} title={`${clock(time, now)} ${zone(time)}, ${utc(time)}`}>
      {ago(at, now)}
    </time>
  );
}

/** An error message of the app as a sentence: `the run has ended` to `The run has ended.` */
export function sentence(message: string): string {
  const end = /[.!?]$/.test(message) ? '' : '.';
  return message.charAt(0).toUpperCase() + message.slice(1) + end;
}
