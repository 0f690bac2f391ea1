import type { ContainerProgress, Run, ShardProgress } from '../../api/run.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import type { ShardMessage } from '../../model/shard-message.ts';
import { addCounts, addSamples } from '../counts.ts';
import { type DeletionDecision, decideDeletions } from './decide-deletions.ts';
import { countSkipped } from './extras.ts';
import { countDeletions, countForeign } from './guard-deletions.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { addAlert, endRun, isSliceDue, isPhaseDone, isUnderWay, recordFailedListing } from './run-state.ts';
import { type Shard, toShardMessage } from '../shard.ts';

/**
 * Takes a run into its next phase when all shards of the one before are done. Whoever handled a shard calls it, also
 * when the shard was handled before: the one who did may have died on the way. Resolves to the run as it is then.
 *
 * @param phase of the shard that was handled
 */
export async function advanceRun(desk: ReconcilerContext, run: Run, phase: Shard['phase']): Promise<Run> {
  let latest = run;
  if (latest.state === 'comparing' && isPhaseDone(latest)) latest = await enterDeleting(desk, latest);
  // The shard may have been the last one, and what is sent twice is dropped as a duplicate.
  else if (latest.state === 'deleting' && phase === 'compare') await sendFirstDeletions(desk, latest);
  if (latest.state === 'deleting' && isPhaseDone(latest)) latest = await finishRun(desk, latest);
  return latest;
}

async function enterDeleting(desk: ReconcilerContext, run: Run): Promise<Run> {
  const { parts, runs } = desk;
  const { judgements, sourceListingFailed } = await decideDeletions(parts, run);
  const changed = await runs.change(run.id, (before) => {
    if (before.state !== 'comparing' || !isPhaseDone(before)) return undefined;
    const noted = sourceListingFailed && !before.sourceListingFailed ? recordFailedListing(before) : before;
    return beginDeleting(noted, judgements, parts.now());
  });
  const latest = changed?.run ?? run;
  if (latest.state === 'deleting') await sendFirstDeletions(desk, latest);
  else if (changed?.isChanged === true) await removeOldRuns(desk);
  return latest;
}

async function finishRun(desk: ReconcilerContext, run: Run): Promise<Run> {
  const changed = await desk.runs.change(run.id, (before) =>
    before.state === 'deleting' && isPhaseDone(before) ? endRun(before, 'done', desk.parts.now()) : undefined,
  );
  if (changed?.isChanged === true) await removeOldRuns(desk);
  return changed?.run ?? run;
}

/** The shards of deletions that nobody has begun. */
async function sendFirstDeletions({ parts }: ReconcilerContext, run: Run): Promise<void> {
  for (const [shard, { phase }] of Object.entries(run.shards)) {
    const first: ShardMessage = { run: run.id, shard, slice: 0, attempt: 0 };
    if (phase === 'delete' && isSliceDue(run, first)) await parts.queue.send(first);
  }
}

/** Sends what is to come after a slice, as far as nobody has done it. */
export async function sendNextSlices(
  { parts }: ReconcilerContext,
  run: Run,
  follow: readonly Shard[],
): Promise<void> {
  if (!isUnderWay(run)) return;
  for (const shard of follow) if (isSliceDue(run, shard)) await parts.queue.send(toShardMessage(shard));
}

/** The run is done, whatever becomes of this. */
async function removeOldRuns({ parts, runs }: ReconcilerContext): Promise<void> {
  try {
    await runs.removeOld();
  } catch (thrown) {
    parts.log.warn('old runs could not be removed', { error: toBlobmirrorError(thrown) });
  }
}

/**
 * The run in its second phase, with a shard for each container whose deletions passed; or at its end, where there is
 * none. In a dry run the guards raise their alerts, and nothing passes.
 */
function beginDeleting(run: Run, judgements: readonly DeletionDecision[], now: Date): Run {
  const shards: Record<string, ShardProgress> = {};
  let changed = run;
  for (const { container, stopped, sample } of judgements) {
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
      const alert = toAlert(stopped, container, progress);
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
) {
  const { backup } = progress;
  switch (code) {
    case 'source-container-missing':
      return {
        code,
        container,
        detail: `The source has no container ${container}, and the backup has ${backup} entries in its own. They stay; delete that container yourself if it is to go.`,
      };
    case 'source-container-empty':
      return {
        code,
        container,
        detail: `${container} is empty at the source, and the backup has ${backup} entries. They stay. To let them go: blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    case 'keys-blocked':
      return {
        code,
        container,
        detail: `${progress.blocked ?? 0} files of ${container} could not be mirrored, since something on the backup is in the way; "blobmirror reconcile report" names them. What the source lacks in ${container} stays until then, since it may be their only copy, under an older name. To let it go: blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    case 'too-many-deletes': {
      const { all, deletions } = countDeletions(progress);
      return {
        code,
        container,
        detail: `${deletions} of ${all} entries of ${container} are on the backup only, more than a run may delete. They stay. To let them go: blobmirror reconcile --allow-deletes ${container}, with the other options of this run.`,
      };
    }
    // These were raised when it happened, or are as they should be.
    case 'source-listing-failed':
    case 'shard-failed':
    case 'listing-unordered':
    case 'run-abandoned':
    case 'clock-off':
    case 'document-damaged':
    case 'deletes-are-kept':
    case 'container-not-mirrored':
      return undefined;
  }
}
