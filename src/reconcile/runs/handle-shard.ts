import type { Run } from '../../api/run.ts';
import { backoffMs } from '../../concurrency/backoff.ts';
import { isUnreadable } from '../../documents/change-document.ts';
import { BlobmirrorError, toBlobmirrorError } from '../../model/errors.ts';
import { type ShardMessage, parseShardMessage } from '../../model/shard-message.ts';
import { advanceRun, sendNextSlices } from './advance-run.ts';
import { readPlan } from './plan-run.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { readOutcome, recordSlice } from './record-slice.ts';
import { isOfNewerRelease } from './run-document.ts';
import { failShard, isSliceDue, isUnderWay, progressOf, recordFailedListing } from './run-store.ts';
import { walkSlice } from './walk-slice.ts';
import { recordFailedSlice, recordRetry, recordSlice as countSlice } from '../../telemetry/metrics.ts';

/** Attempts of a slice before its shard fails: some ten minutes. */
const MAX_ATTEMPTS = 8;

/**
 * Works on a slice of a shard. Resolves when its message may be completed: the slice is recorded and what follows is
 * sent, another attempt is sent, or the slice is not due any more. Rejects when the message must be delivered again, and
 * with `message-not-shard` when it is no shard message.
 */
export async function handleShard(context: ReconcilerContext, body: unknown): Promise<void> {
  const { pause, queue } = context.parts;
  const message = parseShardMessage(body);
  const requeue = await pause.pass(async () => await processOrSettle(context, message));
  if (requeue !== undefined)
    await queue.send({ ...message, holds: (message.holds ?? 0) + 1 }, requeue.delayMs);
}

async function processOrSettle(context: ReconcilerContext, message: ShardMessage): Promise<void> {
  const { log } = context.parts;
  try {
    await processShard(context, message);
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    const { run, shard, slice, attempt } = message;
    const fields = { run, shard, slice, attempt, code: error.code, detail: error.message };
    log.warn('a slice of a full sync failed', {
      ...fields,
      ...error.context,
      hint: error.hint,
      ...(error.code === 'unexpected' && { error: error.cause ?? error }),
    });
    recordFailedSlice();
    await settleFailure(context, message, error);
  }
}

async function processShard(context: ReconcilerContext, message: ShardMessage): Promise<void> {
  const { parts, runs } = context;
  const found = await runs.read(message.run);
  // A worker of that release takes the message when it comes again.
  if (found !== undefined && isOfNewerRelease(found))
    throw new BlobmirrorError(
      'document-too-new',
      `a newer release works on the run ${found.id}, and this one cannot`,
    );
  const run = found && isUnderWay(found) ? await markMixedSettings(context, found) : found;
  const about = { run: message.run, shard: message.shard, slice: message.slice };
  if (run === undefined || !isUnderWay(run)) {
    // Removed since, or started under another BLOBMIRROR_NAME.
    if (run === undefined)
      parts.log.warn('a shard of a run that this mirror does not know was dropped', about);
    else parts.log.info('a shard of a run that is over was dropped', about);
    return;
  }
  const progress = progressOf(run, message.shard);
  if (progress === undefined) {
    parts.log.warn('a message of a shard that its run does not have was dropped', about);
    return;
  }
  const outcome =
    (await readOutcome(parts, message)) ??
    (isSliceDue(run, message)
      ? await walkSlice(parts, runs, run, await readPlan(parts, run, message))
      : undefined);
  if (outcome === undefined && !isSliceDue(run, message))
    parts.log.info('a message of a slice that is not due was dropped', about);
  let latest = run;
  if (outcome !== undefined) {
    // Recorded first, then sent: the receiver finds it in the run. After a crash in between, this message is delivered
    // again and what follows is sent then.
    const changed = await runs.change(run.id, (before) => {
      const recorded = recordSlice(before, message, outcome, parts.now());
      const isListingFailure = message.sourceListingFailed === true && before.state === 'comparing';
      return isListingFailure && !before.sourceListingFailed
        ? recordFailedListing(recorded ?? before)
        : recorded;
    });
    latest = changed?.run ?? run;
    if (changed?.isChanged === true) countSlice(outcome.listed, openAndDone(latest));
    await sendNextSlices(context, latest, outcome.follow);
  }
  await advanceRun(context, latest, progress.phase);
}

/** Schedules another attempt, or fails the shard. */
async function settleFailure(
  context: ReconcilerContext,
  message: ShardMessage,
  error: BlobmirrorError,
): Promise<void> {
  const { parts, runs } = context;
  const isSourceListingFailure = isSourceListingError(context, message, error);
  try {
    const changed = await runs.change(message.run, (run) => {
      const progress = progressOf(run, message.shard);
      if (progress === undefined || !isConcerned(run, message, error)) return undefined;
      const isListing = isSourceListingFailure && progress.phase === 'compare';
      const updated = isListing && !run.sourceListingFailed ? recordFailedListing(run) : run;
      // A message from before the last recorded attempt is a duplicate of one that was counted.
      const tries = (progress.tries ?? 0) + (message.attempt >= (progress.tries ?? 0) ? 1 : 0);
      const failedAttempt: Run = {
        ...updated,
        // A sign of life: the run is not abandoned.
        updatedAt: parts.now().toISOString(),
        shards: { ...run.shards, [message.shard]: { ...progress, tries } },
      };
      const mayRetry = error.disposition === 'retry' && tries < MAX_ATTEMPTS;
      return mayRetry ? failedAttempt : failShard(failedAttempt, message.shard, error);
    });
    if (changed === undefined || !isUnderWay(changed.run)) return;
    const progress = progressOf(changed.run, message.shard);
    if (progress === undefined) return;
    if (progress.failed !== undefined) {
      await advanceRun(context, changed.run, progress.phase);
      return;
    }
    if (!changed.isChanged && error.code === 'document-damaged') {
      // The outcome document stays damaged, and what follows it is not due any more.
      await advanceRun(context, changed.run, progress.phase);
      return;
    }
    // A slice that is not due is recorded, but what follows may not be sent yet: it is tried again too.
  } catch (thrown) {
    // It is tried again even if the documents are out of reach; the message carries what they should have recorded.
    parts.log.warn('a failure could not be recorded in its full sync', {
      run: message.run,
      error: toBlobmirrorError(thrown),
    });
  }
  const next = {
    ...message,
    attempt: message.attempt + 1,
    ...(isSourceListingFailure && { sourceListingFailed: true as const }),
  };
  await parts.queue.send(next, backoffMs(error, message.attempt));
  recordRetry(error.code, 'reconcile');
}

function openAndDone(run: Run): { open: number; done: number } {
  const shards = Object.values(run.shards);
  const done = shards.filter(({ isDone }) => isDone).length;
  return { open: isUnderWay(run) ? shards.length - done : 0, done };
}

/** Whether the failure concerns the slice that is due, or the document that plans it. */
function isConcerned(run: Run, { shard, slice }: ShardMessage, error: BlobmirrorError): boolean {
  return (
    isSliceDue(run, { shard, slice }) || (isUnreadable(error) && isSliceDue(run, { shard, slice: slice + 1 }))
  );
}

/** Whether the error may have ended a listing of the source; an unexpected error may have, too. */
function isSourceListingError(
  { parts }: ReconcilerContext,
  message: ShardMessage,
  { code, context }: BlobmirrorError,
): boolean {
  if (message.sourceListingFailed === true) return true;
  const account = context['account'];
  return account === parts.source.account || (account === undefined && code === 'unexpected');
}

/** The value of `Run.mirror` then. It equals no digest, so the run proves nothing. */
const MIXED = 'mixed';

/**
 * Marks a run before a worker with other settings works on it: during a deployment that changes settings, a worker that
 * mirrors less passes keys over in silence. Resolves to the updated run.
 */
async function markMixedSettings({ parts, runs }: ReconcilerContext, run: Run): Promise<Run> {
  if (run.mirror === parts.mirror || run.mirror === MIXED) return run;
  const changed = await runs.change(run.id, (before) =>
    before.mirror === MIXED || !isUnderWay(before) ? undefined : { ...before, mirror: MIXED },
  );
  if (changed?.isChanged === true)
    parts.log.warn('the settings changed during a full sync, so it proves nothing', {
      run: run.id,
    });
  return changed?.run ?? run;
}
