import type { ContainerProgress, Run, ShardProgress } from '../../model/reconcile/run.ts';
import { addAlert } from './add-alert.ts';
import { addCounts, addSamples } from '../add-counts.ts';
import { countDeletions, countForeign } from './guard-deletions.ts';
import type { Judgement } from './judge-deletions.ts';
import { countSkipped } from './skipped-extras.ts';

/**
 * The run in its second phase, with a shard for each container whose deletions passed; or at its end, where there is
 * none. In a dry run the guards raise their alerts, and nothing passes.
 */
export function beginDeleting(run: Run, judgements: readonly Judgement[], now: Date): Run {
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
