import { isProof } from '../../api/proof.ts';
import type { Alert, Run, ShardProgress } from '../../api/run.ts';
import { formatSkew } from '../../api/statement.ts';
import { MAX_OFF_MS, theServiceClock } from '../../clock/observed-clock.ts';
import type { ClockAssessment } from '../../clock/service-clock.ts';
import {
  type FoundDocument,
  changeDocument,
  createDocument,
  damaged,
  readDocument,
} from '../../documents/change-document.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { type RunId, isOfFuture, isRunId } from '../../model/run-id.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { RUNS, RUN_DOCUMENT, type SliceName, damagedRun, dataPrefix, runName } from './run-document.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** How many of the last runs are kept. */
const KEPT_RUNS = 50;
/** Of workers that write at once one succeeds each time: more than ever work on one run. */
const MAX_ATTEMPTS = 200;

/** The documents of runs. A damaged one is a run in the state `damaged`, and is never changed. */
export interface RunStore {
  read(id: RunId): Promise<Run | undefined>;
  create(run: Run): Promise<void>;
  /**
   * Changes a run by compare-and-swap. `toChanged` may be called several times, and returns undefined to leave the run
   * as it is. Resolves to the run as it is then, undefined when there is none.
   *
   * @throws BlobmirrorError `document-too-new`, `race-lost`, or any storage code
   */
  change(
    id: RunId,
    toChanged: (run: Run) => Run | undefined,
  ): Promise<{ readonly run: Run; readonly isChanged: boolean } | undefined>;
  /** The last runs, the newest first. */
  list(): Promise<readonly Run[]>;
  /** All runs, the newest first; those with a start in the future, from a clock that was ahead, come last. */
  ids(): Promise<readonly RunId[]>;
  /** Removes older runs with their documents, except the newest one with a proof. */
  removeOld(): Promise<void>;
}

/**
 * @param mirror digest of the settings: see `Run.mirror`
 * @param now the time of day, by the clocks of the services
 */
export function createRunStore(
  documents: DocumentStore,
  log: Logger,
  mirror: string,
  now: () => Date = () => theServiceClock.now(),
): RunStore {
  /** Runs whose damage was logged. */
  const loggedDamage = new Set<RunId>();

  function toRun(id: RunId, document: FoundDocument<Run>): Run | undefined {
    const found = asNamed(id, document);
    if (found.state === 'absent') return undefined;
    if (found.state === 'there') return correctByServiceTime(found.value, found.writtenAt, now());
    const { code, message, hint } = found.error;
    if (!loggedDamage.has(id))
      log.warn('the document of a full sync cannot be read', { run: id, code, detail: message, hint });
    loggedDamage.add(id);
    return damagedRun(id, found);
  }

  async function read(id: RunId): Promise<Run | undefined> {
    if (!isRunId(id)) return undefined;
    return toRun(id, await readDocument(documents, RUN_DOCUMENT, runName(id)));
  }

  async function change(id: RunId, toChanged: (run: Run) => Run | undefined) {
    const { found, changed } = await changeDocument(
      documents,
      RUN_DOCUMENT,
      runName(id),
      (_, document) => {
        const run = toRun(id, document);
        return run === undefined || run.state === 'damaged' ? undefined : toChanged(run);
      },
      MAX_ATTEMPTS,
    );
    const before = toRun(id, found);
    if (before === undefined) return undefined;
    if (changed === undefined) return { run: before, isChanged: false };
    logChange(before, changed);
    return { run: changed, isChanged: true };
  }

  function logChange(before: Run, { id, alerts, state, counts, startedAt, endedAt }: Run): void {
    logAlerts(id, alerts.slice(before.alerts.length));
    if (state === before.state) return;
    log.info('a full sync changed its state', { run: id, state, counts, startedAt, endedAt });
  }

  function logAlerts(run: RunId, alerts: readonly Alert[]): void {
    for (const { code, container, detail } of alerts)
      log.error('a full sync raised an alert', { run, code, container, detail });
  }

  async function ids(): Promise<readonly RunId[]> {
    const names = (await Array.fromAsync(documents.list(RUNS))).flat();
    const all = names
      .map((name) => name.slice(RUNS.length))
      .filter(isRunId)
      .toReversed();
    const time = now();
    const [future, past] = [true, false].map((is) => all.filter((id) => isOfFuture(id, time) === is));
    return [...(past ?? []), ...(future ?? [])];
  }

  async function newestProof(among: readonly RunId[]): Promise<RunId | undefined> {
    for (const id of among) {
      const run = await read(id);
      if (run !== undefined && isProof(run, mirror)) return id;
    }
    return undefined;
  }

  async function isAtWork(id: RunId): Promise<boolean> {
    const run = await read(id);
    return run !== undefined && isUnderWay(run);
  }

  return {
    read,
    ids,
    change: async (id, toChanged) => (isRunId(id) ? await change(id, toChanged) : undefined),
    create: async (run) => {
      if (!(await createDocument(documents, RUN_DOCUMENT, runName(run.id), run)))
        throw new BlobmirrorError('race-lost', `there is a run ${run.id} already`);
      logAlerts(run.id, run.alerts);
    },
    list: async () => {
      const runs = await Promise.all((await ids()).slice(0, KEPT_RUNS).map(read));
      return runs.filter((run) => run !== undefined);
    },
    removeOld: async () => {
      const all = await ids();
      const old = all.slice(KEPT_RUNS);
      const proof = old.length === 0 ? undefined : await newestProof(all);
      for (const id of old) {
        if (id === proof || (isOfFuture(id, now()) && (await isAtWork(id)))) continue;
        // The run's own document last: while it exists, an interrupted removal is resumed.
        for await (const page of documents.list(dataPrefix(id)))
          for (const name of page) await documents.remove(name);
        await documents.remove(runName(id));
      }
    },
  };
}

/** A document of another run under this name is damaged. */
function asNamed(id: RunId, found: FoundDocument<Run>): FoundDocument<Run> {
  if (found.state !== 'there' || found.value.id === id) return found;
  const { version } = found;
  return {
    state: 'damaged',
    version,
    error: damaged(runName(id), `it is that of run ${found.value.id}`),
  };
}

/** Whether the run is not over. */
export function isUnderWay({ state }: Run): boolean {
  return state === 'comparing' || state === 'deleting';
}

export function isPhaseDone({ shards }: Run): boolean {
  return Object.values(shards).every(({ isDone }) => isDone);
}

/** Undefined: the run has no such shard. */
export function progressOf({ shards }: Pick<Run, 'shards'>, shard: string): ShardProgress | undefined {
  return Object.hasOwn(shards, shard) ? shards[shard] : undefined;
}

/** Whether this slice is the next one of its shard. */
export function isSliceDue(run: Run, { shard, slice }: Pick<SliceName, 'shard' | 'slice'>): boolean {
  const progress = progressOf(run, shard);
  return isUnderWay(run) && progress !== undefined && !progress.isDone && progress.slices === slice;
}

/** Keeps the first alert of each code and container. */
export function addAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const isKnown = alerts.some(({ code, container }) => code === alert.code && container === alert.container);
  return isKnown ? alerts : [...alerts, alert];
}

export function endRun(run: Run, state: 'done' | 'cancelled', now: Date): Run {
  const endedAt = now.toISOString();
  return { ...run, state, updatedAt: endedAt, endedAt };
}

/** Also if a later attempt succeeds: what the failed listing did not show may exist. */
export function recordFailedListing(run: Run): Run {
  return {
    ...run,
    sourceListingFailed: true,
    alerts: addAlert(run.alerts, {
      code: 'source-listing-failed',
      detail: 'A listing of the source failed, so this run deletes nothing. The log says which one and why.',
    }),
  };
}

/** Fails a shard. The rest of its stretch is not compared in this run. */
export function failShard(
  run: Run,
  shard: string,
  { code, message, hint }: BlobmirrorError,
): Run | undefined {
  const progress = progressOf(run, shard);
  if (progress === undefined || progress.isDone) return undefined;
  const { plan: _plan, tries: _tries, ...rest } = progress;
  const { container } = progress;
  return {
    ...run,
    shards: { ...run.shards, [shard]: { ...rest, isDone: true, failed: code } },
    alerts: addAlert(run.alerts, {
      code: 'shard-failed',
      container,
      detail: `A part of ${container} could not be compared (${code}: ${message}). ${hint}`,
    }),
  };
}

/** Last-Modified is in whole seconds, rounded down. */
const SECOND_MS = 1000;

/** The alert of a run whose worker's clock is wrong or not confirmed. */
export function clockAlerts(assessment: ClockAssessment): readonly Alert[] {
  if (assessment.state === 'right') return [];
  if (assessment.state === 'unknown')
    return [toClockAlert('The clock of the worker that started this run could not be confirmed')];
  const { aheadMs, of } = assessment;
  const off = `${formatSkew(aheadMs)}, compared with that of the account ${of}`;
  return [toClockAlert(`The clock of the worker that started this run was ${off}`)];
}

/**
 * Corrects a run by the service's time of its document's last write. A run whose start is after that was
 * started with a clock that was ahead, which was possible in the former release only. If such a run took
 * longer than its clock was ahead, its last update is after the write instead.
 *
 * @param writtenAt undefined: the store does not say; then `now` is used
 */
function correctByServiceTime(run: Run, writtenAt: Date | undefined, now: Date): Run {
  // The service's time of the last work on it.
  const corrected = writtenAt === undefined ? run : { ...run, updatedAt: writtenAt.toISOString() };
  const end = writtenAt === undefined ? now.getTime() + MAX_OFF_MS : writtenAt.getTime() + SECOND_MS;
  const claimed = run.provesUpTo ?? run.startedAt;
  const isMovedAhead = run.provesUpTo === undefined && Date.parse(run.updatedAt) >= end + MAX_OFF_MS;
  if (Date.parse(claimed) < end && !isMovedAhead) return corrected;
  const what = isMovedAhead ? `last moved at ${run.updatedAt}` : `began at ${claimed}`;
  const alert = toClockAlert(
    `By its document this run ${what}, after the document was last written: the clock of one of its workers was ahead`,
  );
  return { ...corrected, alerts: addAlert(run.alerts, alert) };
}

function toClockAlert(what: string): Alert {
  return {
    code: 'clock-off',
    detail: `${what}, so this run proves nothing. Synchronize the clock of the machine with NTP; the next run from a right clock proves again.`,
  };
}
