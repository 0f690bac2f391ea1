import { z } from 'zod';
import { type FoundDocument, changeDocument, documentKind } from '../../documents/change-document.ts';
import { type RunId, runIdSchema } from '../../model/run-id.ts';
import type { ReconcileRequest, Run } from '../../api/run.ts';
import { addAlert, endRun, isUnderWay } from './run-store.ts';
import { CURRENT, isOfNewerRelease } from './run-document.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { advanceRun } from './advance-run.ts';
import { type PlannedRun, planRun } from './plan-run.ts';

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

const CLAIM_DOCUMENT = documentKind<Claim>('the claim of the current full sync', { format: 1 }).of(
  z.object({ run: runIdSchema, claimedAt: z.iso.datetime() }),
);

/** No worker's clock is this far ahead: a later time is not ours, and blocks no run. */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** If the claim is damaged, this many of the newest runs are read to find the current one. */
const MAX_RUNS_READ = 10;

/** Starts a run, unless one is active. */
export async function startRun(
  context: ReconcilerContext,
  request: ReconcileRequest,
): Promise<{ readonly started: Run } | { readonly running: RunId }> {
  const { parts, runs } = context;
  const { documents, now, queue } = parts;
  const attempt: { running?: RunId; former?: RunId | undefined; plan?: PlannedRun } = {};
  await changeDocument(documents, CLAIM_DOCUMENT, CURRENT, async (_, found) => {
    const holder = await findHolder(context, found);
    if (holder !== undefined && (await isActive(context, holder))) {
      attempt.running = holder.run;
      return undefined;
    }
    attempt.former = holder?.run;
    attempt.plan = await planRun(parts, request);
    return { run: attempt.plan.run.id, claimedAt: now().toISOString() };
  });
  const { running, former, plan } = attempt;
  if (running !== undefined) return { running };
  if (plan === undefined) throw new Error('a run is planned where none is active');
  const { run, messages } = plan;
  try {
    if (former !== undefined) await abandon(context, former);
    await runs.create(run);
    for (const message of messages) await queue.send(message);
  } catch (error) {
    await cancelUnstarted(context, run.id);
    throw error;
  }
  return { started: await advanceRun(context, run, 'compare') };
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

async function isActive({ parts, runs }: ReconcilerContext, { run: id, claimedAt }: Claim): Promise<boolean> {
  const run = await runs.read(id);
  if (run !== undefined && !isUnderWay(run) && !isOfNewerRelease(run)) return false;
  const since = new Date(run?.updatedAt ?? claimedAt);
  // A run is not updated while mirroring is paused.
  const silentMs = parts.now().getTime() - since.getTime() - (await parts.pause.pausedSince(since));
  return silentMs > -FAR_AHEAD_MS && silentMs < (run === undefined ? UNWRITTEN_MS : ABANDONED_MS);
}

/** Ends the run. Workers that still work on it see that and stop. */
async function abandon({ parts, runs }: ReconcilerContext, id: RunId): Promise<void> {
  const found = await runs.read(id);
  if (found !== undefined && isOfNewerRelease(found)) return;
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
  const { changed } = await changeDocument(documents, CLAIM_DOCUMENT, CURRENT, (claim) =>
    claim?.run === id ? { run: id, claimedAt: new Date(0).toISOString() } : undefined,
  );
  return changed !== undefined;
}
