import type { Run } from '../../model/reconcile/run.ts';
import { type Shard, type ShardMessage, toShardMessage } from '../../model/reconcile/shard.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import { beginDeleting } from './begin-deleting.ts';
import type { Desk } from './desk.ts';
import { endRun } from './end-run.ts';
import { judgeDeletions } from './judge-deletions.ts';
import { noteFailedListing } from './note-failure.ts';
import { isDue, isPhaseDone, isUnderWay } from './run-progress.ts';

/**
 * Takes a run into its next phase when all shards of the one before are done. Whoever handled a shard calls it, also
 * when the shard was handled before: the one who did may have died on the way. Resolves to the run as it is then.
 *
 * @param phase of the shard that was handled
 */
export async function moveOn(desk: Desk, run: Run, phase: Shard['phase']): Promise<Run> {
  let latest = run;
  if (latest.state === 'comparing' && isPhaseDone(latest)) latest = await enterDeleting(desk, latest);
  // The shard may have been the last one, and what is sent twice is dropped as a duplicate.
  else if (latest.state === 'deleting' && phase === 'compare') await sendFirst(desk, latest);
  if (latest.state === 'deleting' && isPhaseDone(latest)) latest = await finish(desk, latest);
  return latest;
}

async function enterDeleting(desk: Desk, run: Run): Promise<Run> {
  const { parts, runs } = desk;
  const { judgements, sourceListingFailed } = await judgeDeletions(parts, run);
  const changed = await runs.change(run.id, (before) => {
    if (before.state !== 'comparing' || !isPhaseDone(before)) return undefined;
    const noted = sourceListingFailed && !before.sourceListingFailed ? noteFailedListing(before) : before;
    return beginDeleting(noted, judgements, parts.now());
  });
  const latest = changed?.run ?? run;
  if (latest.state === 'deleting') await sendFirst(desk, latest);
  else if (changed?.isChanged === true) await tidyUp(desk);
  return latest;
}

async function finish(desk: Desk, run: Run): Promise<Run> {
  const changed = await desk.runs.change(run.id, (before) =>
    before.state === 'deleting' && isPhaseDone(before) ? endRun(before, 'done', desk.parts.now()) : undefined,
  );
  if (changed?.isChanged === true) await tidyUp(desk);
  return changed?.run ?? run;
}

/** The shards of deletions that nobody has begun. */
async function sendFirst({ parts }: Desk, run: Run): Promise<void> {
  for (const [shard, { phase }] of Object.entries(run.shards)) {
    const first: ShardMessage = { run: run.id, shard, slice: 0, attempt: 0 };
    if (phase === 'delete' && isDue(run, first)) await parts.queue.send(first);
  }
}

/** Sends what is to come after a slice, as far as nobody has done it. */
export async function sendFollowers({ parts }: Desk, run: Run, follow: readonly Shard[]): Promise<void> {
  if (!isUnderWay(run)) return;
  for (const shard of follow) if (isDue(run, shard)) await parts.queue.send(toShardMessage(shard));
}

/** The run is done, whatever becomes of this. */
async function tidyUp({ parts, runs }: Desk): Promise<void> {
  try {
    await runs.removeOld();
  } catch (thrown) {
    parts.log.warn('old runs could not be removed', { error: toBlobmirrorError(thrown) });
  }
}
