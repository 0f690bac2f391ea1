import { theServiceClock } from '../../clock/process-clocks.ts';
import { changeDocument, createDocument, readDocument } from '../../documents/change-document.ts';
import { type FoundDocument, damaged } from '../../documents/document-kind.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { RUNS, RUN_DOCUMENT, damagedRun, dataPrefix, runName } from './run-document.ts';
import { isProof } from '../../api/proof.ts';
import { type RunId, isOfFuture, isRunId } from '../../model/run-id.ts';
import type { Alert, Run } from '../../api/run.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { correctByServiceTime, isUnderWay } from './run-state.ts';

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
