import { z } from 'zod';
import { type FoundDocument, documentKind } from '../../documents/document-kind.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { type RunId, runIdSchema } from '../../model/run-id.ts';
import type { ReconcileRequest, Run } from '../../api/run.ts';
import type { DocumentCondition } from '../../ports/document-store.ts';
import { readDocument } from '../../documents/change-document.ts';
import { addAlert, endRun, isUnderWay } from './run-state.ts';
import { CURRENT } from './run-document.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { advanceRun } from './advance-run.ts';
import { planRun } from './plan-run.ts';

/** A run without an update for this long is abandoned. */
const ABANDONED_MS = 15 * 60_000;

/** The document of a run follows its claim at once; if it is missing after this long, the worker crashed. */
const UNWRITTEN_MS = 60_000;

/** The claim of the one run that may be under way. */
interface Claim {
  readonly run: RunId;
  /** ISO 8601. The document of the run follows within seconds. */
  readonly claimedAt: string;
}

const CLAIM_DOCUMENT = documentKind<Claim>(
  'the claim of the current full sync',
  z.object({ run: runIdSchema, claimedAt: z.iso.datetime() }),
);

/** No worker's clock is this far ahead: a later time is not ours, and blocks no run. */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** If the claim is damaged, this many of the newest runs are read to find the current one. */
const MAX_RUNS_READ = 10;

const MOST_TRIES = 10;

/** Starts a run, unless one is active. */
export async function startRun(
  context: ReconcilerContext,
  request: ReconcileRequest,
): Promise<{ readonly started: Run } | { readonly running: RunId }> {
  const { parts, runs } = context;
  const { documents, now, queue } = parts;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await readDocument(documents, CLAIM_DOCUMENT, CURRENT);
    const holder = await findHolder(context, found);
    if (holder !== undefined && (await isActive(context, holder))) return { running: holder.run };

    const { run, messages } = await planRun(parts, request);
    const claim: Claim = { run: run.id, claimedAt: now().toISOString() };
    if ((await documents.write(CURRENT, claim, toCondition(found))) === 'moved') continue;
    try {
      if (holder !== undefined) await abandon(context, holder.run);
      await runs.create(run);
      for (const message of messages) await queue.send(message);
    } catch (error) {
      await cancelUnstarted(context, run.id);
      throw error;
    }
    return { started: await advanceRun(context, run, 'compare') };
  }
  throw new BlobmirrorError('race-lost', 'other processes kept starting full syncs');
}

/**
 * The current claim, with its time by the service's clock unless it was released. If the claim is damaged: the newest run
 * that is under way.
 */
async function findHolder(
  { parts, runs }: ReconcilerContext,
  found: FoundDocument<Claim>,
): Promise<Claim | undefined> {
  if (found.state === 'absent') return undefined;
  if (found.state === 'there') {
    const { value: claim, writtenAt } = found;
    const isReleased = Date.parse(claim.claimedAt) === 0;
    return isReleased || writtenAt === undefined ? claim : { ...claim, claimedAt: writtenAt.toISOString() };
  }
  const { code, message, hint } = found.error;
  parts.log.warn('the claim of the current full sync is damaged; the newest full syncs are searched for it', {
    code,
    detail: message,
    hint,
  });
  for (const id of (await runs.ids()).slice(0, MAX_RUNS_READ)) {
    const run = await runs.read(id);
    if (run !== undefined && isUnderWay(run)) return { run: id, claimedAt: run.startedAt };
  }
  return undefined;
}

function toCondition(found: FoundDocument<Claim>): DocumentCondition {
  return found.state === 'absent' ? { nothingThere: true } : { version: found.version };
}

async function isActive({ parts, runs }: ReconcilerContext, { run: id, claimedAt }: Claim): Promise<boolean> {
  const run = await runs.read(id);
  if (run !== undefined && !isUnderWay(run)) return false;
  const since = new Date(run?.updatedAt ?? claimedAt);
  // A run is not updated while mirroring is paused.
  const silentMs = parts.now().getTime() - since.getTime() - (await parts.pause.pausedSince(since));
  return silentMs > -FAR_AHEAD_MS && silentMs < (run === undefined ? UNWRITTEN_MS : ABANDONED_MS);
}

/** Ends the run. Workers that still work on it see that and stop. */
async function abandon({ parts, runs }: ReconcilerContext, id: RunId): Promise<void> {
  await runs.change(id, (run) => {
    if (!isUnderWay(run)) return undefined;
    const detail = `This run was not updated since ${run.updatedAt}, so another one replaced it. Check the workers and the dead letters of the reconcile queue.`;
    const alerts = addAlert(run.alerts, { code: 'run-abandoned', detail });
    return { ...endRun(run, 'cancelled', parts.now()), alerts };
  });
}

/** Ends a run that could not start, so that it does not block the next one. */
async function cancelUnstarted(context: ReconcilerContext, id: RunId): Promise<void> {
  try {
    if ((await context.runs.change(id, (run) => endRun(run, 'cancelled', context.parts.now()))) !== undefined)
      return;
    await releaseClaim(context, id);
  } catch {
    // Then the next start finds it abandoned after a while.
  }
}

/** Releases the claim of a run that was never written. False: it has no claim. */
export async function releaseClaim({ parts: { documents } }: ReconcilerContext, id: RunId): Promise<boolean> {
  const found = await readDocument(documents, CLAIM_DOCUMENT, CURRENT);
  if (found.state !== 'there' || found.value.run !== id) return false;
  const { version } = found;
  const released: Claim = { run: id, claimedAt: new Date(0).toISOString() };
  return (await documents.write(CURRENT, released, { version })) === 'written';
}
