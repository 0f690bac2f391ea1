import {
  type ActivityDocument,
  type MinuteDocument,
  MINUTES_KEPT,
  MAX_CONTAINERS,
  MAX_COPIED_AGAIN,
  toMinute,
} from './activity-document.ts';
import { lagBucket } from './lag-histogram.ts';
import { type Change, isMirrored } from '../../telemetry/metrics.ts';

/** A copy of at least this many bytes is listed. */
const LARGE = 1024 ** 3;

type Minute = { -readonly [Name in keyof MinuteDocument]: MinuteDocument[Name] };

/**
 * Counts what this worker does, minute by minute, in bounded memory and at almost no cost for each change.
 */
export class WorkerActivity {
  readonly #minutes: Minute[] = [];
  /** In order of their last change. */
  readonly #lastMirrored = new Map<string, number>();
  #copiedAgain: NonNullable<ActivityDocument['copiedAgain']> = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  changed(change: Change): void {
    const now = this.#now();
    const minute = this.#minute(now);
    const { verdict, container, bytes = 0, lagMs } = change;
    minute.byVerdict[verdict] = (minute.byVerdict[verdict] ?? 0) + 1;
    if (!isMirrored(change)) return;
    minute.changes++;
    minute.bytes += bytes;
    if (lagMs !== undefined) {
      const bucket = lagBucket(lagMs);
      minute.lags[bucket] = (minute.lags[bucket] ?? 0) + 1;
    }
    if (change.likelySame !== undefined && bytes >= LARGE) {
      const copy = { container, path: change.likelySame.path, bytes, at: new Date(now).toISOString() };
      this.#copiedAgain = [copy, ...this.#copiedAgain].slice(0, MAX_COPIED_AGAIN);
    }
    this.#lastMirrored.delete(container);
    this.#lastMirrored.set(container, now);
    if (this.#lastMirrored.size <= MAX_CONTAINERS) return;
    for (const oldest of this.#lastMirrored.keys()) {
      this.#lastMirrored.delete(oldest);
      return;
    }
  }

  failed(): void {
    this.#minute(this.#now()).failed++;
  }

  toDocument(): ActivityDocument {
    const now = this.#now();
    const oldest = toMinute(now) - MINUTES_KEPT;
    return {
      writtenAt: new Date(now).toISOString(),
      minutes: this.#minutes.filter(({ minute }) => minute > oldest),
      copiedAgain: this.#copiedAgain.filter(({ at }) => toMinute(Date.parse(at)) > oldest),
      lastMirrored: Object.fromEntries(
        [...this.#lastMirrored].map(([container, at]) => [
          container,
          new Date(Math.min(at, now)).toISOString(),
        ]),
      ),
    };
  }

  #minute(now: number): Minute {
    const minute = toMinute(now);
    const last = this.#minutes.at(-1);
    if (last !== undefined && minute <= last.minute) {
      // After the clock was set back, the current minute goes on; minutes in the future are moved to now.
      if (last.minute - minute > 1)
        for (const each of this.#minutes) each.minute = Math.min(each.minute, minute);
      return last;
    }
    const added: Minute = { minute, changes: 0, bytes: 0, byVerdict: {}, failed: 0, lags: {} };
    this.#minutes.push(added);
    if (this.#minutes.length > MINUTES_KEPT) this.#minutes.shift();
    return added;
  }
}
