const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const SHORT = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The local time of day, with the day where it is not today: `12:03:02`, `24 Nov, 12:03:02`. */
export function clock(at: string | Date, now: string | Date = new Date(), seconds = true): string {
  const time = new Date(at);
  const text = (seconds ? CLOCK : SHORT).format(time);
  return time.toDateString() === new Date(now).toDateString() ? text : `${DAY.format(time)}, ${text}`;
}

/** `2026-11-25 12:03:02 UTC`. */
export function utc(at: string | Date): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

interface TimeProps {
  readonly at: string | Date;
  /** What counts as today. */
  readonly now?: string | Date;
  readonly seconds?: boolean;
}

/** A time as the reader's clock has it; in UTC when pointed at. */
export function Time({ at, now, seconds = true }: TimeProps) {
  return (
    <time dateTime={new Date(at).toISOString()} title={utc(at)}>
      {clock(at, now, seconds)}
    </time>
  );
}
