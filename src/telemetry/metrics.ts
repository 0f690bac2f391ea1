/**
 * Functions that record metrics, called where the work is done. They use the API of OpenTelemetry only: without a provider
 * they do nothing. They never throw and take about a microsecond.
 */
import type { ErrorCode } from '../model/errors.ts';
import type { Verdict } from '../model/verdict.ts';
import { Observed, instrumentsOfProcess } from './instruments.ts';

/** What a check was for: an event, or a full sync. The name of the attribute is part of the metrics. */
export type Door = 'event' | 'reconcile';

/** A successful check of a key. */
export interface Change {
  readonly verdict: Verdict['verdict'] | 'renamed';
  readonly door: Door;
  /** By its name at the source. */
  readonly container: string;
  /** Bytes of content copied. */
  readonly bytes?: number | undefined;
  /** Set for a copy of content that was probably the same already: see `Verdict`. */
  readonly likelySame?: { readonly path: string } | undefined;
  /** From the time of the event until now. Undefined when no event named this key. */
  readonly lagMs?: number | undefined;
}

/**
 * `absent`: 404. `conflict`: a condition did not hold. `refused`: any other 4xx. `throttled`: 429 or 503. `failed`: any
 * other 5xx. `unanswered`: no response.
 */
export type RequestOutcome = 'ok' | 'absent' | 'conflict' | 'refused' | 'throttled' | 'failed' | 'unanswered';

const observed = new Observed();
const instruments = instrumentsOfProcess((name) => observed.read(name));
const changeListeners = new Set<(change: Change) => void>();
const failureListeners = new Set<() => void>();

/** Whether the backup was changed and the change is complete. */
export function isMirrored({ verdict }: Pick<Change, 'verdict'>): boolean {
  return verdict !== 'in-sync' && verdict !== 'skipped' && verdict !== 'unfinished';
}

export function recordChange(change: Change): void {
  const { verdict, door, bytes = 0, lagMs } = change;
  const { counters, histograms } = instruments();
  counters.changes.add(1, { verdict, door });
  if (bytes > 0) counters.bytes.add(bytes, { door });
  // The clock of the service may be ahead of ours.
  if (lagMs !== undefined && isMirrored(change)) histograms.lag.record(Math.max(0, lagMs) / 1000);
  for (const listener of changeListeners) listener(change);
}

/** A message is sent again for a retry. */
export function recordRetry(code: ErrorCode, door: Door): void {
  instruments().counters.retries.add(1, { code, door });
  for (const listener of failureListeners) listener();
}

/** A message is dead-lettered. */
export function recordParked(code: ErrorCode): void {
  instruments().counters.parked.add(1, { code });
  for (const listener of failureListeners) listener();
}

export function recordIgnored(code: ErrorCode): void {
  instruments().counters.ignored.add(1, { code });
}

/** @param account one of the accounts in the settings */
export function recordRequest(account: string, outcome: RequestOutcome): void {
  const { counters } = instruments();
  counters.requests.add(1, { account, outcome });
  if (outcome === 'throttled') counters.throttles.add(1, { account });
}

/** A recorded slice of a full sync, and the shards of its run. */
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

/** The recovery points, when they are read. Their ages grow until the next call, for at most ten minutes. */
export function observeRecovery(point: {
  readonly provenAgeMs?: number | undefined;
  readonly liveAgeMs?: number | undefined;
  readonly canaryAgeMs?: number | undefined;
}): void {
  const { provenAgeMs, liveAgeMs, canaryAgeMs } = point;
  const observedAt = performance.now();
  const growing = (ageMs: number) => (): number => (ageMs + performance.now() - observedAt) / 1000;
  observed.set('provenAge', provenAgeMs === undefined ? [] : [[growing(provenAgeMs)]]);
  observed.set('liveAge', liveAgeMs === undefined ? [] : [[growing(liveAgeMs)]]);
  observed.set('canaryAge', canaryAgeMs === undefined ? [] : [[canaryAgeMs / 1000]]);
  instruments();
}

/** The backlog of the events queue. @param byAge the age buckets of the status */
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

/** Further codes are counted as `other`: anybody who can send to the queue can choose the code of a dead letter. */
const MOST_CODES = 40;
const IS_CODE = /^[A-Za-z][A-Za-z0-9-]{0,49}$/;

/** The dead letters in both queues. */
export function observeDeadLetters(byCode: Readonly<Record<string, number>>): void {
  const codes = Object.entries(byCode).toSorted(([, a], [, b]) => b - a);
  const named = codes.filter(([code]) => IS_CODE.test(code) && code !== 'other').slice(0, MOST_CODES);
  const count = (list: readonly (readonly [string, number])[]) =>
    list.reduce((sum, [, each]) => sum + each, 0);
  const other = count(codes) - count(named);
  observed.set('deadLetters', [
    ...named.map(([code, number]) => [number, { code }] as const),
    ...(other > 0 ? [[other, { code: 'other' }] as const] : []),
  ]);
  instruments();
}

/** Listeners must be fast and must not throw. Returns a function that removes them. */
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
