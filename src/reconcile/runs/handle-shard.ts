import type { Run } from '../../api/run.ts';
import { backoffMs } from '../../concurrency/backoff.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../../model/errors.ts';
import { type ShardMessage, parseShardMessage } from '../../model/shard-message.ts';
import { advanceRun, sendNextSlices } from './advance-run.ts';
import { readPlan } from './plan-run.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { recordSlice } from './record-slice.ts';
import { failShard, isSliceDue, isUnderWay, recordFailedListing, progressOf } from './run-state.ts';
import { readOutcome } from './slice-outcome.ts';
import { walkSlice } from './walk-slice.ts';
import { recordFailedSlice, recordRetry, recordSlice as countSlice } from '../../telemetry/metrics.ts';

/** How often a slice is tried before its shard is given up: some ten minutes. */
const MOST_TRIES = 8;

/**
 * Works on a slice of a shard. Resolves when its message may be completed: the slice is recorded and what comes after it
 * is sent, another try of it is, or nobody wants it any more. Rejects when the message must be delivered again, and with
 * `message-not-shard` when it is none.
 */
export async function handleShard(desk: ReconcilerContext, body: unknown): Promise<void> {
  const { pause, queue } = desk.parts;
  const message = parseShardMessage(body);
  const held = await pause.pass(async () => await processOrSettle(desk, message));
  if (held !== undefined) await queue.send({ ...message, holds: (message.holds ?? 0) + 1 }, held.delayMs);
}

async function processOrSettle(desk: ReconcilerContext, message: ShardMessage): Promise<void> {
  const { log } = desk.parts;
  try {
    await processShard(desk, message);
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    const { run, shard, slice, attempt } = message;
    const fields = { run, shard, slice, attempt, code: error.code, detail: error.message };
    log.warn('a slice of a reconcile failed', {
      ...fields,
      ...error.context,
      hint: error.hint,
      ...(error.code === 'unexpected' && { error: error.cause ?? error }),
    });
    recordFailedSlice();
    await settleFailure(desk, message, error);
  }
}

async function processShard(desk: ReconcilerContext, message: ShardMessage): Promise<void> {
  const { parts, runs } = desk;
  const found = await runs.read(message.run);
  const run = found && isUnderWay(found) ? await markMixedSettings(desk, found) : found;
  const about = { run: message.run, shard: message.shard, slice: message.slice };
  if (run === undefined || !isUnderWay(run)) {
    // Removed since, or begun under another BLOBMIRROR_NAME.
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
    // Recorded first and sent then: whoever receives what is sent finds it in the run. Whoever dies in between leaves
    // the message, and it is sent when that comes again.
    const changed = await runs.change(run.id, (before) => {
      const recorded = recordSlice(before, message, outcome, parts.now());
      const isToNote = message.sourceListingFailed === true && before.state === 'comparing';
      return isToNote && !before.sourceListingFailed ? recordFailedListing(recorded ?? before) : recorded;
    });
    latest = changed?.run ?? run;
    if (changed?.isChanged === true) countSlice(outcome.listed, openAndDone(latest));
    await sendNextSlices(desk, latest, outcome.follow);
  }
  await advanceRun(desk, latest, progress.phase);
}

/** Tries again later, or gives the shard up. */
async function settleFailure(
  desk: ReconcilerContext,
  message: ShardMessage,
  error: BlobmirrorError,
): Promise<void> {
  const { parts, runs } = desk;
  const isOfSource = isSourceListing(desk, message, error);
  try {
    const changed = await runs.change(message.run, (run) => {
      const progress = progressOf(run, message.shard);
      if (progress === undefined || !isConcerned(run, message, error)) return undefined;
      const isListing = isOfSource && progress.phase === 'compare';
      const noted = isListing && !run.sourceListingFailed ? recordFailedListing(run) : run;
      // A message that was sent before the last try was noted is another copy of one that was counted.
      const tries = (progress.tries ?? 0) + (message.attempt >= (progress.tries ?? 0) ? 1 : 0);
      const tried: Run = {
        ...noted,
        // The time says that somebody is at work on the run.
        updatedAt: parts.now().toISOString(),
        shards: { ...run.shards, [message.shard]: { ...progress, tries } },
      };
      const isWorthAnother = error.disposition === 'retry' && tries < MOST_TRIES;
      return isWorthAnother ? tried : failShard(tried, message.shard, error);
    });
    if (changed === undefined || !isUnderWay(changed.run)) return;
    const progress = progressOf(changed.run, message.shard);
    if (progress === undefined) return;
    if (progress.failed !== undefined) {
      await advanceRun(desk, changed.run, progress.phase);
      return;
    }
    if (!changed.isChanged && error.code === 'document-damaged') {
      // It stays damaged, and what follows it is not due any more.
      await advanceRun(desk, changed.run, progress.phase);
      return;
    }
    // One that is not due was recorded, and what follows it may still be to be sent: so it is tried again, too.
  } catch (thrown) {
    // Whether the documents can be had or not, it is tried again, and told what they should have noted.
    parts.log.warn('a failure could not be noted in its run', {
      run: message.run,
      error: toBlobmirrorError(thrown),
    });
  }
  const next = {
    ...message,
    attempt: message.attempt + 1,
    ...(isOfSource && { sourceListingFailed: true as const }),
  };
  await parts.queue.send(next, backoffMs(error, message.attempt));
  recordRetry(error.code, 'reconcile');
}

function openAndDone(run: Run): { open: number; done: number } {
  const shards = Object.values(run.shards);
  const done = shards.filter(({ isDone }) => isDone).length;
  return { open: isUnderWay(run) ? shards.length - done : 0, done };
}

/** Whether a failure is of the slice that is due, or of the document in which that one is planned. */
function isConcerned(run: Run, { shard, slice }: ShardMessage, { code }: BlobmirrorError): boolean {
  return (
    isSliceDue(run, { shard, slice }) ||
    (code === 'document-damaged' && isSliceDue(run, { shard, slice: slice + 1 }))
  );
}

/** Whatever keeps a listing of the source from its end. What nobody foresaw may have, too. */
function isSourceListing(
  { parts }: ReconcilerContext,
  message: ShardMessage,
  { code, context }: BlobmirrorError,
): boolean {
  if (message.sourceListingFailed === true) return true;
  const account = context['account'];
  return account === parts.source.account || (account === undefined && code === 'unexpected');
}

/** What `Run.mirror` is then: no digest, so that the run proves nothing for anybody. */
const MIXED = 'mixed';

/**
 * Notes that a worker with other settings than the run was begun under is at work on it, before it is: where settings
 * change while an app is deployed anew, a worker that mirrors less passes keys over in silence. Resolves to the run as
 * it is then.
 */
async function markMixedSettings({ parts, runs }: ReconcilerContext, run: Run): Promise<Run> {
  if (run.mirror === parts.mirror || run.mirror === MIXED) return run;
  const changed = await runs.change(run.id, (before) =>
    before.mirror === MIXED || !isUnderWay(before) ? undefined : { ...before, mirror: MIXED },
  );
  if (changed?.isChanged === true)
    parts.log.warn(
      'a reconcile is worked on under other settings than it was begun with; it proves nothing',
      {
        run: run.id,
      },
    );
  return changed?.run ?? run;
}
