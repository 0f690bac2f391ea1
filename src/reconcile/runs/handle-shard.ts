import { backoffMs } from '../../model/backoff.js';
import { type BlobmirrorError, toBlobmirrorError } from '../../model/errors.js';
import { parseShard } from '../../model/reconcile/parse-shard.js';
import type { Run } from '../../model/reconcile/run.js';
import type { Shard } from '../../model/reconcile/shard.js';
import { recordFailedSlice, recordRetry, recordSlice as countSlice } from '../../telemetry/metrics.js';
import type { Desk } from './desk.js';
import { moveOn, sendFollowers } from './move-on.js';
import { giveUp, noteFailedListing } from './note-failure.js';
import { noteOtherSettings } from './note-other-settings.js';
import { recordSlice } from './record-slice.js';
import { isDue, isUnderWay } from './run-progress.js';
import { readOutcome, walkSlice } from './walk-slice.js';

/** How often a slice is tried before its shard is given up: some ten minutes. */
const MOST_TRIES = 8;

/**
 * Works on a slice of a shard. Resolves when its message may be completed: the slice is recorded and what comes after it
 * is sent, another try of it is, or nobody wants it any more. Rejects when the message must be delivered again.
 */
export async function handleShard(desk: Desk, body: unknown): Promise<void> {
  const { pause, queue } = desk.parts;
  const shard = read(desk, body);
  const held = await pause.pass(async () => await workOrSettle(desk, shard));
  if (held !== undefined) await queue.send({ ...shard, holds: (shard.holds ?? 0) + 1 }, held.delayMs);
}

async function workOrSettle(desk: Desk, shard: Shard): Promise<void> {
  const { log } = desk.parts;
  try {
    await workOn(desk, shard);
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    const { run, shard: name, slice, attempt, container } = shard;
    const fields = { run, shard: name, slice, attempt, container, code: error.code, detail: error.message };
    log.warn('a slice of a reconcile failed', {
      ...fields,
      ...error.context,
      hint: error.hint,
      ...(error.code === 'unexpected' && { error: error.cause ?? error }),
    });
    recordFailedSlice();
    await settle(desk, shard, error);
  }
}

function read({ parts }: Desk, body: unknown): Shard {
  try {
    return parseShard(body);
  } catch (thrown) {
    const { code, message, hint } = toBlobmirrorError(thrown);
    // It comes back at once, and Service Bus moves it to the dead-letter queue after ten deliveries.
    parts.log.error('a message on the reconcile queue could not be read', { code, detail: message, hint });
    throw thrown;
  }
}

async function workOn(desk: Desk, shard: Shard): Promise<void> {
  const { parts, runs } = desk;
  const found = await runs.read(shard.run);
  const run = found && isUnderWay(found) ? await noteOtherSettings(desk, found) : found;
  if (run === undefined || !isUnderWay(run)) {
    const about = { run: shard.run, shard: shard.shard };
    // Removed since, or begun under another BLOBMIRROR_NAME.
    if (run === undefined)
      parts.log.warn('a shard of a run that this mirror does not know was dropped', about);
    else parts.log.info('a shard of a run that is over was dropped', about);
    return;
  }
  const outcome =
    (await readOutcome(parts, shard)) ??
    (isDue(run, shard) ? await walkSlice(parts, runs, run, shard) : undefined);
  let latest = run;
  if (outcome !== undefined) {
    // Recorded first and sent then: whoever receives what is sent finds it in the run. Whoever dies in between leaves
    // the message, and it is sent when that comes again.
    const changed = await runs.change(run.id, (before) => {
      const recorded = recordSlice(before, shard, outcome, parts.now());
      const isToNote = shard.sourceListingFailed === true && before.state === 'comparing';
      return isToNote && !before.sourceListingFailed ? noteFailedListing(recorded ?? before) : recorded;
    });
    latest = changed?.run ?? run;
    if (changed?.isChanged === true) countSlice(outcome.listed, openAndDone(latest));
    await sendFollowers(desk, latest, outcome.follow);
  }
  await moveOn(desk, latest, shard.phase);
}

/** Tries again later, or gives the shard up. */
async function settle(desk: Desk, shard: Shard, error: BlobmirrorError): Promise<void> {
  const { parts, runs } = desk;
  const isOfSource = isSourceListing(desk, shard, error);
  const isWorthAnother = error.disposition === 'retry' && shard.attempt + 1 < MOST_TRIES;
  try {
    const changed = await runs.change(shard.run, (run) => {
      if (!isDue(run, shard)) return undefined;
      const noted = isOfSource && !run.sourceListingFailed ? noteFailedListing(run) : run;
      // The time says that somebody is at work on the run.
      const touched = { ...noted, updatedAt: parts.now().toISOString() };
      return isWorthAnother ? touched : giveUp(touched, shard, error);
    });
    if (changed === undefined || !isUnderWay(changed.run)) return;
    if (changed.isChanged && !isWorthAnother) {
      await moveOn(desk, changed.run, shard.phase);
      return;
    }
    // One that is not due was recorded, and what follows it may still be to be sent: so it is tried again, too.
  } catch (thrown) {
    // Whether the documents can be had or not, it is tried again, and told what they should have noted.
    parts.log.warn('a failure could not be noted in its run', {
      run: shard.run,
      error: toBlobmirrorError(thrown),
    });
  }
  const next = {
    ...shard,
    attempt: shard.attempt + 1,
    ...(isOfSource && { sourceListingFailed: true as const }),
  };
  await parts.queue.send(next, backoffMs(error, shard.attempt));
  recordRetry(error.code, 'reconcile');
}

function openAndDone(run: Run): { open: number; done: number } {
  const shards = Object.values(run.shards);
  const done = shards.filter(({ isDone }) => isDone).length;
  return { open: isUnderWay(run) ? shards.length - done : 0, done };
}

/** Whatever keeps a listing of the source from its end. What nobody foresaw may have, too. */
function isSourceListing({ parts }: Desk, shard: Shard, { code, context }: BlobmirrorError): boolean {
  if (shard.sourceListingFailed === true) return true;
  if (shard.phase !== 'compare') return false;
  const account = context['account'];
  return account === parts.source.account || (account === undefined && code === 'unexpected');
}
