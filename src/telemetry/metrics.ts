/**
 * What the rooms tell of their work, as plain functions: where it happens, one call. They do nothing until the process
 * has a provider (OpenTelemetry's API alone is used here), never throw, and cost about a microsecond.
 *
 * An attribute has few values: never a key, a name that a user chose, or free text.
 */
import type { ErrorCode } from '../model/errors.ts';
import type { Verdict } from '../model/verdict.ts';
import { Observed, instrumentsOfProcess } from './instruments.ts';

/** Where a key came from: a message of the events queue, or a full sync. */
export type Door = 'event' | 'reconcile';

/** A look at a key that ended well. */
export interface Change {
  readonly verdict: Verdict['verdict'] | 'renamed';
  readonly door: Door;
  /** Of the source. */
  readonly container: string;
  /** Of content that was copied. */
  readonly bytes?: number | undefined;
  /** Of a copy that most likely brought no new content: see `Verdict`. */
  readonly likelySame?: { readonly path: string } | undefined;
  /** From the time of the event until now; undefined where no event told of this key. */
  readonly lagMs?: number | undefined;
}

/**
 * How a request ended: well; with nothing there; with a condition that did not hold; refused as wrong or not allowed; by an
 * account that has too much to do, or that failed; with no answer.
 */
export type RequestOutcome = 'ok' | 'absent' | 'conflict' | 'refused' | 'throttled' | 'failed' | 'unanswered';

const observed = new Observed();
const instruments = instrumentsOfProcess((name) => observed.read(name));
const changeListeners = new Set<(change: Change) => void>();
const failureListeners = new Set<() => void>();

/** Whether something was written or deleted on the backup, and is done. */
export function isMirrored({ verdict }: Pick<Change, 'verdict'>): boolean {
  return verdict !== 'in-sync' && verdict !== 'skipped' && verdict !== 'unfinished';
}

export function recordChange(change: Change): void {
  const { verdict, door, bytes = 0, lagMs } = change;
  const { counters, histograms } = instruments();
  counters.changes.add(1, { verdict, door });
  if (bytes > 0) counters.bytes.add(bytes, { door });
  // A clock that is ahead of ours makes no negative lag.
  if (lagMs !== undefined && isMirrored(change)) histograms.lag.record(Math.max(0, lagMs) / 1000);
  for (const listener of changeListeners) listener(change);
}

/** The message goes back into its queue. */
export function recordRetry(code: ErrorCode, door: Door): void {
  instruments().counters.retries.add(1, { code, door });
  for (const listener of failureListeners) listener();
}

/** The event goes to the dead-letter queue. */
export function recordParked(code: ErrorCode): void {
  instruments().counters.parked.add(1, { code });
  for (const listener of failureListeners) listener();
}

export function recordIgnored(code: ErrorCode): void {
  instruments().counters.ignored.add(1, { code });
}

/** @param account the name of one of the few that the settings know */
export function recordRequest(account: string, outcome: RequestOutcome): void {
  const { counters } = instruments();
  counters.requests.add(1, { account, outcome });
  if (outcome === 'throttled') counters.throttles.add(1, { account });
}

/** A piece of a full sync, and how its run stands. */
export function recordSlice(
  listed: { readonly source: number; readonly backup: number },
  shards: { readonly open: number; readonly done: number },
): void {
  const { counters } = instruments();
  counters.slices.add(1, { outcome: 'recorded' });
  counters.listed.add(listed.source, { side: 'source' });
  counters.listed.add(listed.backup, { side: 'backup' });
  observed.set('shards', [
    [shards.open, { state: 'open' }],
    [shards.done, { state: 'done' }],
  ]);
}

export function recordFailedSlice(): void {
  instruments().counters.slices.add(1, { outcome: 'failed' });
}

/**
 * The recovery point, whenever somebody has found it out. Ages go on growing until it is told anew, for ten minutes; what
 * is not known has no age.
 */
export function observeRecovery(point: {
  readonly provenAgeMs?: number | undefined;
  readonly liveAgeMs?: number | undefined;
  readonly canaryAgeMs?: number | undefined;
}): void {
  const { provenAgeMs, liveAgeMs, canaryAgeMs } = point;
  const toldAt = performance.now();
  const growing = (ageMs: number) => (): number => (ageMs + performance.now() - toldAt) / 1000;
  observed.set('provenAge', provenAgeMs === undefined ? [] : [[growing(provenAgeMs)]]);
  observed.set('liveAge', liveAgeMs === undefined ? [] : [[growing(liveAgeMs)]]);
  observed.set('canaryAge', canaryAgeMs === undefined ? [] : [[canaryAgeMs / 1000]]);
  instruments();
}

/** What waits in the events queue. @param byAge the few buckets of the status, which name themselves */
export function observeBacklog(
  byAge: readonly { readonly bucket: string; readonly messages: number; readonly bytes: number }[],
): void {
  observed.set(
    'backlogMessages',
    byAge.map(({ bucket, messages }) => [messages, { age: bucket }]),
  );
  observed.set(
    'backlogSize',
    byAge.map(({ bucket, bytes }) => [bytes, { age: bucket }]),
  );
  instruments();
}

/** Other codes than so many are counted together: a dead letter may hold anything that somebody sent. */
const MOST_CODES = 40;
const IS_CODE = /^[A-Za-z][A-Za-z0-9-]{0,49}$/;

/** What is in the dead-letter queues now. */
export function observeDeadLetters(byCode: Readonly<Record<string, number>>): void {
  const codes = Object.entries(byCode).toSorted(([, a], [, b]) => b - a);
  const told = codes.filter(([code]) => IS_CODE.test(code) && code !== 'other').slice(0, MOST_CODES);
  const count = (list: readonly (readonly [string, number])[]) =>
    list.reduce((sum, [, each]) => sum + each, 0);
  const other = count(codes) - count(told);
  observed.set('deadLetters', [
    ...told.map(([code, number]) => [number, { code }] as const),
    ...(other > 0 ? [[other, { code: 'other' }] as const] : []),
  ]);
  instruments();
}

/** Whoever keeps an account of its own. Must cost next to nothing and not throw. Returns what ends it. */
export function listenToChanges(listeners: {
  readonly changed: (change: Change) => void;
  readonly failed: () => void;
}): () => void {
  changeListeners.add(listeners.changed);
  failureListeners.add(listeners.failed);
  return () => {
    changeListeners.delete(listeners.changed);
    failureListeners.delete(listeners.failed);
  };
}
