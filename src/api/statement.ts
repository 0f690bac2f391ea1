import type { ClockStatus, RecoveryPoint } from './status.ts';

interface StatementContext {
  /** False: the proof cannot be read now. */
  readonly isProvenKnown?: boolean;
  /** False: waiting messages are left that nobody has read, each of which may except a key. */
  readonly isWaitingKnown?: boolean;
  /** False: the record of unprotected keys does not name all of them. */
  readonly isRecordComplete?: boolean;
  /** How many of the dead letters were read, each of which excepts a key. */
  readonly letters?: 'all' | 'some' | 'none';
  /** The state of the clock by which the live recovery point is claimed. */
  readonly clock?: ClockStatus | { readonly state: 'right' };
}

/**
 * The recovery point in words: `proven up to 12:00:00, live up to 12:03:02, canary 1.1 s, except 3 keys`. Times are in
 * UTC, with the date unless it is that of `at`.
 */
export function statement(
  { proven, live, canary, excepted }: RecoveryPoint,
  at: string,
  {
    isProvenKnown = true,
    isWaitingKnown = true,
    isRecordComplete = true,
    letters = 'all',
    clock = { state: 'right' },
  }: StatementContext = {},
): string {
  const parts = [
    proven === null
      ? isProvenKnown
        ? 'nothing proven yet'
        : 'proven unknown'
      : `proven up to ${timeOfDay(proven.at, at)}`,
    live === null ? `live unknown${why(clock)}` : `live up to ${timeOfDay(live.at, at)}`,
  ];
  if (canary.isUnknown === true) parts.push('canary unknown');
  else if (canary.state === 'waiting') parts.push('no canary seen yet');
  else if (canary.ageMs !== undefined) parts.push(`canary ${formatDuration(canary.ageMs)}`);
  if (excepted.count > 0) {
    const number = `${letters === 'some' || !isWaitingKnown || !isRecordComplete ? 'at least ' : ''}${excepted.count.toLocaleString('en')}`;
    parts.push(`except ${number} key${excepted.count === 1 ? '' : 's'}`);
  }
  if (!isWaitingKnown && live !== null && excepted.count === 0) parts.push('waiting messages not all read');
  if (!isRecordComplete && excepted.count === 0) parts.push('exceptions unknown');
  if (letters === 'none' || (letters === 'some' && excepted.count === 0)) parts.push('dead letters unknown');
  return parts.join(', ');
}

function why(clock: ClockStatus | { readonly state: 'right' }): string {
  switch (clock.state) {
    case 'right':
      return '';
    case 'off':
      return ` (clock-off: the clock here is ${formatSkew(clock.aheadMs)})`;
    case 'unknown':
      return ' (no account has told its time)';
  }
}

/** `2 h ahead`, `5 min behind`. */
export function formatSkew(aheadMs: number): string {
  return `${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}

function timeOfDay(time: string, at: string): string {
  const [day = '', clock = ''] = time.split('T');
  const seconds = clock.slice(0, 8);
  return at.startsWith(day) ? seconds : `${day} ${seconds}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** As much of a length of time as matters: `1.1 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 10 * SECOND) return `${(Math.max(0, ms) / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return inTwoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < 48 * HOUR) return inTwoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return inTwoUnits(ms, 24 * HOUR, 'd', HOUR, 'h');
}

function inTwoUnits(ms: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  const text = `${Math.floor(ms / large)} ${name}`;
  return rest === 0 ? text : `${text} ${rest} ${smallName}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** A size for people, in decimal units, as disks and networks have them: `734 B`, `1.4 MB`, `23 GB`. */
export function formatBytes(size: number): string {
  let rest = size;
  let unit = 0;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = unit > 0 && rest < 9.95 ? 1 : 0;
  return `${rest.toFixed(digits)} ${UNITS[unit]}`;
}

const MAX_NAMED = 3;

/** The first names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${shown} and ${more.toLocaleString('en')} more` : shown;
}
