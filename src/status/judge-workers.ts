import type { Problem } from '../api/health-codes.ts';
import type { WorkerFacts } from './activity/activity-document.ts';
import { formatDuration, formatSkew, listed } from '../api/statement.ts';

/** What a worker last reported of itself. */
export interface WorkerReport {
  readonly id: string;
  /** By the service's clock. */
  readonly seenAt: Date;
  /** Undefined, as `settings` is: a worker of an older release. */
  readonly startedAt?: Date;
  /** A digest of each setting that all workers should share, by its name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What it mirrors. */
  readonly scope?: WorkerFacts['scope'];
  /** Its clock, while that is known to be wrong. */
  readonly clockOff?: { readonly aheadMs: number; readonly of: string };
}

/** A worker tells of itself every four minutes. */
const CURRENT_FOR_MS = 10 * 60_000;
/** While a new deployment replaces the old one, workers of both are at work. */
const ROLLOUT_MS = 10 * 60_000;

/** A worker takes a sample each minute. */
const SILENT_AFTER_MS = 5 * 60_000;
/** The first sample of a worker is due within a minute of its start, and takes seconds. */
const FIRST_WITHIN_MS = 2 * 60_000;

/** What the state says of the samples that workers take. */
export type Samples =
  | { readonly state: 'read'; /** Undefined: none was ever taken. */ readonly last: Date | undefined }
  /** The history cannot be read. */
  | { readonly state: 'damaged' | 'too new' };

/** The worker that judges. */
export interface OwnWorker {
  readonly id: string;
  readonly startedAt: Date;
}

/**
 * Judges whether workers take samples by the state alone, so that a worker, a command and the page answer the same. Only
 * its own start is known to a worker a moment earlier.
 *
 * Where no sample was taken for minutes, a worker that has started since has as long as its first sample takes. Of
 * several starts the first one counts: otherwise workers that end before their first sample would seem to start for ever.
 *
 * @param workers those at work, and `own` is the one that judges; undefined: a command does
 */
export function judgeSilence(
  samples: Samples,
  workers: readonly WorkerReport[],
  now: Date,
  own?: OwnWorker,
): readonly Problem[] {
  if (samples.state !== 'read') {
    // Each worker reports when it starts, and then every few minutes.
    if (own !== undefined || workers.length > 0) return [];
    const detail =
      'No worker has reported for ten minutes, and the history of samples cannot be read: the app may be stopped.';
    return [
      { code: 'app-silent', detail, ...(samples.state === 'too new' && { severity: 'warning' as const }) },
    ];
  }
  const { last } = samples;
  const silentMs = last === undefined ? Infinity : now.getTime() - last.getTime();
  if (silentMs <= SILENT_AFTER_MS) return [];
  const first = firstStart(own === undefined ? workers : [...workers, { ...own, seenAt: now }], last);
  const startedMs = first === undefined ? Infinity : Math.max(0, now.getTime() - first.at);
  const none =
    last === undefined
      ? 'No worker has ever taken a sample'
      : `No worker has taken a sample for ${formatDuration(silentMs)}`;
  if (first !== undefined && startedMs <= FIRST_WITHIN_MS) {
    const detail = `${none}. Worker ${first.id} started ${formatDuration(startedMs)} ago; its first sample is due within two minutes of that.`;
    return [{ code: 'app-starting', detail }];
  }
  const why =
    first === undefined
      ? `the app ${last === undefined ? 'has not started' : 'may be stopped'}`
      : `worker ${first.id} started ${formatDuration(startedMs)} ago; its function watch may be disabled, or it may end too soon`;
  return [{ code: 'app-silent', detail: `${none}: ${why}.` }];
}

function firstStart(
  workers: readonly WorkerReport[],
  since: Date | undefined,
): { readonly id: string; readonly at: number } | undefined {
  return workers
    .flatMap(({ id, startedAt, seenAt }) =>
      // `seenAt` is the service's own time, and a start cannot be later.
      startedAt === undefined ? [] : [{ id, at: Math.min(startedAt.getTime(), seenAt.getTime()) }],
    )
    .filter(({ at }) => since === undefined || at > since.getTime())
    .toSorted((one, other) => one.at - other.at)[0];
}

/** The workers that are at work, as far as they said. */
export function currentWorkers(workers: readonly WorkerReport[], now: Date): readonly WorkerReport[] {
  return workers.filter(({ seenAt }) => now.getTime() - seenAt.getTime() <= CURRENT_FOR_MS);
}

/** A sentence about other workers with a wrong clock; undefined: there is none. */
export function otherClocksOff(workers: readonly WorkerReport[]): string | undefined {
  const off = workers.flatMap(({ id, clockOff }) => (clockOff === undefined ? [] : [{ id, ...clockOff }]));
  const worst = off.toSorted((one, other) => Math.abs(other.aheadMs) - Math.abs(one.aheadMs))[0];
  if (worst === undefined) return undefined;
  const compared = `compared with that of the account ${worst.of}`;
  const who =
    off.length === 1
      ? `The clock of worker ${worst.id} is ${formatSkew(worst.aheadMs)}, ${compared}`
      : `The clocks of workers ${listed(off.map(({ id }) => id))} are off, one of them ${formatSkew(worst.aheadMs)}, ${compared}`;
  return `${who}: full syncs that begin there prove nothing.`;
}

/**
 * Workers of one mirror whose settings differ. That is normal for the minutes of a rollout: how long it lasts is how long
 * two that differ were seen at work beside each other, so it needs no memory.
 */
export function settingsDiffer(workers: readonly WorkerReport[]): readonly Problem[] {
  const code = 'settings-differ' as const;
  const silent = workers.filter(({ settings }) => settings === undefined);
  const groups = Map.groupBy(workers.filter(hasSettings), ({ settings }) =>
    JSON.stringify(settings, Object.keys(settings).toSorted()),
  );
  const parts = [...groups.values()].toSorted((one, other) => other.length - one.length);
  const [most = [], ...others] = parts;
  const names = new Set(others.flatMap(([first]) => differingNames(most[0], first)));
  if (names.size === 0) {
    if (silent.length === 0) return [];
    const who = listed(silent.map(({ id }) => id));
    const detail = `The settings of workers of an older release are unknown: ${who}.`;
    return [{ code, detail, severity: 'warning' }];
  }
  const overlapMs = Math.max(
    ...parts.flatMap((one, i) =>
      parts
        .slice(i + 1)
        .filter(([first]) => differingNames(one[0], first).length > 0)
        .map((two) => overlap(one, two)),
    ),
  );
  const few = others.flat().map(({ id }) => id);
  const detail = `Workers have different settings, seen for ${formatDuration(Math.max(0, overlapMs))}: ${listed(few)} and ${listed(most.map(({ id }) => id))} differ in ${[...names].toSorted().join(', ')}.`;
  return [{ code, detail, ...(overlapMs <= ROLLOUT_MS && { severity: 'warning' }) }];
}

/**
 * A command judges by its own settings. Where those differ from the workers', it may judge health differently.
 *
 * @param settings a digest of each setting that all workers should share
 */
export function commandDiffers(
  settings: Readonly<Record<string, string>>,
  workers: readonly WorkerReport[],
): readonly Problem[] {
  const told = workers.filter(hasSettings);
  const differing = told.map((worker) => differingNames({ settings }, worker));
  const names = new Set(differing.flat());
  if (names.size === 0) return [];
  const ids = told.filter((_, i) => (differing[i]?.length ?? 0) > 0).map(({ id }) => id);
  const detail = `The settings of this command differ from those of ${listed(ids)} in ${[...names].toSorted().join(', ')}, so this command may judge health differently.`;
  return [{ code: 'settings-differ', detail, severity: 'warning' }];
}

type Telling = WorkerReport & Required<Pick<WorkerReport, 'settings' | 'startedAt'>>;

function hasSettings(worker: WorkerReport): worker is Telling {
  return worker.settings !== undefined && worker.startedAt !== undefined;
}

/** A setting that only one of two releases knows is no difference. */
function differingNames(
  one: Pick<Telling, 'settings'> | undefined,
  other: Pick<Telling, 'settings'> | undefined,
): readonly string[] {
  const known = Object.entries(other?.settings ?? {});
  return known.flatMap(([name, digest]) => {
    const its = one?.settings[name];
    return its === undefined || its === digest ? [] : [name];
  });
}

/** The longest time for which one of each was seen at work at once. */
function overlap(some: readonly Telling[], others: readonly Telling[]): number {
  const times = some.flatMap((one) =>
    others.map(
      (other) =>
        Math.min(one.seenAt.getTime(), other.seenAt.getTime()) -
        Math.max(one.startedAt.getTime(), other.startedAt.getTime()),
    ),
  );
  return Math.max(...times);
}
