import type { ContainerProgress, ReportLine, Run, ShardProgress } from '../../api/run.ts';
import { isUnreadable } from '../../documents/change-document.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import type { ContainerName } from '../../model/key.ts';
import type { ShardMessage } from '../../model/shard-message.ts';
import { MAX_SAMPLES, addCounts, addSamples } from '../counts.ts';
import { countSkipped, skippedLines } from './extras.ts';
import { type GuardedContainer, countDeletions, countForeign, guardDeletions } from './guard-deletions.ts';
import type { ReconcilerContext, ReconcilerParts } from './reconciler-context.ts';
import { addAlert, endRun, isPhaseDone, isSliceDue, isUnderWay, recordFailedListing } from './run-store.ts';
import { type Shard, toShardMessage } from '../shard.ts';

/**
 * Moves a run into its next phase when all shards of its phase are done. Called after every shard, also after one that
 * was handled before: the worker that handled it may have crashed. Resolves to the updated run.
 *
 * @param phase of the shard that was handled
 */
export async function advanceRun(context: ReconcilerContext, run: Run, phase: Shard['phase']): Promise<Run> {
  let latest = run;
  if (latest.state === 'comparing' && isPhaseDone(latest)) latest = await enterDeleting(context, latest);
  // A worker may have crashed before it sent these; the queue drops duplicates.
  else if (latest.state === 'deleting' && phase === 'compare') await sendFirstDeletions(context, latest);
  if (latest.state === 'deleting' && isPhaseDone(latest)) latest = await finishRun(context, latest);
  return latest;
}

async function enterDeleting(context: ReconcilerContext, run: Run): Promise<Run> {
  const { parts, runs } = context;
  const { decisions, sourceListingFailed } = await decideDeletions(parts, run);
  const changed = await runs.change(run.id, (before) => {
    if (before.state !== 'comparing' || !isPhaseDone(before)) return undefined;
    const updated = sourceListingFailed && !before.sourceListingFailed ? recordFailedListing(before) : before;
    return beginDeleting(updated, decisions, parts.now());
  });
  const latest = changed?.run ?? run;
  if (latest.state === 'deleting') await sendFirstDeletions(context, latest);
  else if (changed?.isChanged === true) await removeOldRuns(context);
  return latest;
}

async function finishRun(context: ReconcilerContext, run: Run): Promise<Run> {
  const changed = await context.runs.change(run.id, (before) =>
    before.state === 'deleting' && isPhaseDone(before)
      ? endRun(before, 'done', context.parts.now())
      : undefined,
  );
  if (changed?.isChanged === true) await removeOldRuns(context);
  return changed?.run ?? run;
}

/** Sends the first slices of delete shards that have not begun. */
async function sendFirstDeletions({ parts }: ReconcilerContext, run: Run): Promise<void> {
  for (const [shard, { phase }] of Object.entries(run.shards)) {
    const first: ShardMessage = { run: run.id, shard, slice: 0, attempt: 0 };
    if (phase === 'delete' && isSliceDue(run, first)) await parts.queue.send(first);
  }
}

/** Sends what follows a slice, except what is recorded already. */
export async function sendNextSlices(
  { parts }: ReconcilerContext,
  run: Run,
  follow: readonly Shard[],
): Promise<void> {
  if (!isUnderWay(run)) return;
  for (const shard of follow) if (isSliceDue(run, shard)) await parts.queue.send(toShardMessage(shard));
}

/** Does not reject: the run is done without it. */
async function removeOldRuns({ parts, runs }: ReconcilerContext): Promise<void> {
  try {
    await runs.removeOld();
  } catch (thrown) {
    parts.log.warn('old runs could not be removed', { error: toBlobmirrorError(thrown) });
  }
}

/**
 * The run in its second phase, with a shard for each container whose deletions passed the guards, or done if there is
 * none. In a dry run the guards only raise their alerts.
 */
function beginDeleting(run: Run, decisions: readonly DeletionDecision[], now: Date): Run {
  const shards: Record<string, ShardProgress> = {};
  let changed = run;
  for (const { container, stopped, sample } of decisions) {
    const progress = changed.containers[container];
    if (progress === undefined) continue;
    const others = progress.extras - countForeign(progress);
    if (!run.request.dryRun) {
      changed = {
        ...changed,
        counts: addCounts(changed.counts, { skipped: countSkipped(progress, stopped) }),
        samples: addSamples(changed.samples, sample),
      };
    }
    if (stopped !== undefined) {
      const alert = toAlert(stopped, container, progress, run.id);
      changed = {
        ...changed,
        containers: { ...changed.containers, [container]: { ...progress, stopped } },
        alerts: alert === undefined ? changed.alerts : addAlert(changed.alerts, alert),
      };
    } else if (!run.request.dryRun && others > 0) {
      shards[`d${Object.keys(shards).length}`] = { container, phase: 'delete', slices: 0, isDone: false };
    }
  }
  const updatedAt = now.toISOString();
  return Object.keys(shards).length === 0
    ? { ...changed, state: 'done', updatedAt, endedAt: updatedAt }
    : { ...changed, state: 'deleting', updatedAt, shards: { ...changed.shards, ...shards } };
}

function toAlert(
  code: NonNullable<ContainerProgress['stopped']>,
  container: string,
  progress: ContainerProgress,
  id: string,
) {
  const { backup } = progress;
  switch (code) {
    case 'source-container-missing':
      return {
        code,
        container,
        detail: `The source has no container ${container}; the backup has one, with ${backup} entries. They stay. If you do not need the container, delete it yourself.`,
      };
    case 'source-container-empty':
      return {
        code,
        container,
        detail: `${container} is empty at the source; the backup has ${backup} entries. They stay. To delete them, run blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    case 'keys-blocked':
      return {
        code,
        container,
        detail: `${progress.blocked ?? 0} files of ${container} could not be mirrored; "blobmirror reconcile report ${id}" lists them with the reasons. Until they are mirrored, what the source lacks in ${container} stays: it may be their only copy, under an older name. To delete it anyway, run blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    case 'too-many-deletes': {
      const { all, deletions } = countDeletions(progress);
      return {
        code,
        container,
        detail: `${deletions} of ${all} entries of ${container} are on the backup only, more than a run may delete. They stay. To delete them, run blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    }
    // Raised earlier, when it happened, or no reason for an alert.
    case 'source-listing-failed':
    case 'shard-failed':
    case 'listing-unordered':
    case 'run-abandoned':
    case 'clock-off':
    case 'document-damaged':
    case 'document-too-new':
    case 'deletes-are-kept':
    case 'container-not-mirrored':
      return undefined;
  }
}

/** Whether the keys of a container that only the backup has may be deleted. */
interface DeletionDecision {
  readonly container: ContainerName;
  readonly stopped?: NonNullable<ContainerProgress['stopped']> | undefined;
  /** Samples of those that stay. */
  readonly sample: readonly ReportLine[];
}

/** Decides for every container with such keys, after the compare phase. Changes nothing. */
async function decideDeletions(
  parts: ReconcilerParts,
  run: Run,
): Promise<{ readonly decisions: readonly DeletionDecision[]; readonly sourceListingFailed: boolean }> {
  const concerned = Object.entries(run.containers).filter(([, { extras }]) => extras > 0);
  const hasShardFailed = Object.values(run.shards).some(({ failed }) => failed !== undefined);
  let hasSourceListingFailed = run.sourceListingFailed;
  const sourceStates = new Map<string, GuardedContainer['source']>();
  for (const [name, progress] of concerned) {
    if (hasSourceListingFailed || parts.deletes === 'keep') break;
    try {
      sourceStates.set(name, await readSourceState(parts, run, name as ContainerName, progress));
    } catch (thrown) {
      parts.log.warn('the source could not be read, so this full sync deletes nothing', {
        run: run.id,
        container: name,
        error: toBlobmirrorError(thrown),
      });
      hasSourceListingFailed = true;
    }
  }

  const decisions: DeletionDecision[] = [];
  let room = MAX_SAMPLES - run.samples.skipped.length;
  for (const [name, progress] of concerned) {
    const container = name as ContainerName;
    const stopped = guardDeletions(
      {
        progress,
        source: sourceStates.get(name) ?? 'there',
        isAllowed: run.request.allowDeletes.includes(container),
        areDeletesKept: parts.deletes === 'keep',
        hasSourceListingFailed,
        hasShardFailed,
      },
      parts.guard,
    );
    const sample = await sampleSkipped(parts, run, name, stopped, room);
    room -= sample.length;
    decisions.push({ container, stopped, sample });
  }
  return { decisions, sourceListingFailed: hasSourceListingFailed };
}

/** The first keys that stay. */
async function sampleSkipped(
  { documents, log }: ReconcilerParts,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
  max: number,
): Promise<readonly ReportLine[]> {
  const sample: ReportLine[] = [];
  try {
    for await (const line of skippedLines(documents, run, container, stopped)) {
      if (sample.length >= max) break;
      sample.push(line);
    }
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    if (!isUnreadable(error)) throw error;
    // Only samples: the counts are right, and deletions and reports that read the list fail by themselves.
    log.warn('the list of keys that stay in a container cannot be read', {
      run: run.id,
      container,
      error,
      hint: error.hint,
    });
  }
  return sample;
}

/**
 * What the source has of a container now. A run of one prefix may have listed nothing of a container that is not empty,
 * so the container is listed then.
 */
async function readSourceState(
  { source, scope }: ReconcilerParts,
  { request }: Run,
  container: ContainerName,
  progress: ContainerProgress,
): Promise<GuardedContainer['source']> {
  if ((await source.readContainer(container)) === undefined) return 'missing';
  if (progress.source > 0) return 'there';
  if (request.prefix === undefined || request.prefix === '') return 'empty';
  for (const { path } of scope.prefixes({ container, path: '' })) {
    for await (const page of source.listBlobs(container, { prefix: path })) {
      if (page.entries.length > 0) return 'there';
    }
  }
  return 'empty';
}
