import { BlobmirrorError } from '../../model/errors.js';
import type { ReconcileRequest, Run, RunId } from '../../model/reconcile/run.js';
import { addAlert } from './add-alert.js';
import { CURRENT } from './document-names.js';
import type { StoredDocument } from '../../ports/document-store.js';
import type { Desk } from './desk.js';
import { moveOn } from './move-on.js';
import { planRun } from './plan-run.js';
import { endRun } from './end-run.js';
import { isUnderWay } from './run-progress.js';

/** After how long without a sign of life a run makes room for another. */
const ABANDONED_MS = 15 * 60_000;

/** The document of a run follows its claim at once; whoever has not written it after this long died on the way. */
const UNWRITTEN_MS = 60_000;

/** Who holds the one place there is. */
interface Claim {
  readonly run: RunId;
  /** ISO 8601. The document of the run follows within seconds. */
  readonly claimedAt: string;
}

const MOST_TRIES = 10;

/** Begins a run, unless one is moving. */
export async function startRun(
  desk: Desk,
  request: ReconcileRequest,
): Promise<{ readonly started: Run } | { readonly running: RunId }> {
  const { parts, runs } = desk;
  const { documents, now, queue } = parts;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await documents.read(CURRENT);
    const holder = found && toHolder(found);
    if (holder !== undefined && (await isMoving(desk, holder))) return { running: holder.run };

    const { run, shards } = await planRun(parts, request);
    const claim: Claim = { run: run.id, claimedAt: now().toISOString() };
    if ((await documents.write(CURRENT, claim, found ?? { nothingThere: true })) === 'moved') continue;
    try {
      if (holder !== undefined) await abandon(desk, holder.run);
      await runs.create(run);
      for (const shard of shards) await queue.send(shard);
    } catch (error) {
      await release(desk, run.id);
      throw error;
    }
    return { started: await moveOn(desk, run, 'compare') };
  }
  throw new BlobmirrorError('race-lost', 'others kept beginning runs');
}

/** Who holds the place, and since when by the service's own clock, unless it was given up. */
function toHolder({ value, writtenAt }: StoredDocument): Claim {
  // Written by us alone.
  const claim = value as Claim;
  const isGivenUp = Date.parse(claim.claimedAt) === 0;
  return isGivenUp || writtenAt === undefined ? claim : { ...claim, claimedAt: writtenAt.toISOString() };
}

async function isMoving({ parts, runs }: Desk, { run: id, claimedAt }: Claim): Promise<boolean> {
  const run = await runs.read(id);
  if (run !== undefined && !isUnderWay(run)) return false;
  const since = new Date(run?.updatedAt ?? claimedAt);
  // Nothing is to be heard of a run while mirroring is paused.
  const silentMs = parts.now().getTime() - since.getTime() - (await parts.pause.pausedSince(since));
  return silentMs < (run === undefined ? UNWRITTEN_MS : ABANDONED_MS);
}

/** Whoever still works for it stops, since its document says that it is over. */
async function abandon({ parts, runs }: Desk, id: RunId): Promise<void> {
  await runs.change(id, (run) => {
    if (!isUnderWay(run)) return undefined;
    const detail = `Nothing was heard of this run since ${run.updatedAt}, so another one took its place. Look at the workers and at the dead letters of the reconcile queue.`;
    const alerts = addAlert(run.alerts, { code: 'run-abandoned', detail });
    return { ...endRun(run, 'cancelled', parts.now()), alerts };
  });
}

/** A run that could not begin is over, so that the next one need not wait for it. */
async function release(desk: Desk, id: RunId): Promise<void> {
  try {
    if ((await desk.runs.change(id, (run) => endRun(run, 'cancelled', desk.parts.now()))) !== undefined)
      return;
    await giveUpClaim(desk, id);
  } catch {
    // Then it is taken over in time.
  }
}

/** Makes room where a run holds the place and was never written down. False: it does not hold it. */
export async function giveUpClaim({ parts: { documents } }: Desk, id: RunId): Promise<boolean> {
  const found = await documents.read(CURRENT);
  if (found === undefined || (found.value as Claim).run !== id) return false;
  return (
    (await documents.write(CURRENT, { run: id, claimedAt: new Date(0).toISOString() }, found)) === 'written'
  );
}
