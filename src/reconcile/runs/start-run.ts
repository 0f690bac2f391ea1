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

const CLAIM_DOCUMENT = documentKind<Claim>(
  'the full sync that is under way',
  z.object({ run: runIdSchema, claimedAt: z.iso.datetime() }),
);

/** No clock is so far ahead: a time of tomorrow was written by nobody of ours, and keeps no run waiting. */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** So many of the newest runs are looked at where it is not known which one is under way. */
const MAX_RUNS_READ = 10;

const MOST_TRIES = 10;

/** Begins a run, unless one is moving. */
export async function startRun(
  desk: ReconcilerContext,
  request: ReconcileRequest,
): Promise<{ readonly started: Run } | { readonly running: RunId }> {
  const { parts, runs } = desk;
  const { documents, now, queue } = parts;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await readDocument(documents, CLAIM_DOCUMENT, CURRENT);
    const holder = await findHolder(desk, found);
    if (holder !== undefined && (await isActive(desk, holder))) return { running: holder.run };

    const { run, messages } = await planRun(parts, request);
    const claim: Claim = { run: run.id, claimedAt: now().toISOString() };
    if ((await documents.write(CURRENT, claim, toCondition(found))) === 'moved') continue;
    try {
      if (holder !== undefined) await abandon(desk, holder.run);
      await runs.create(run);
      for (const message of messages) await queue.send(message);
    } catch (error) {
      await cancelUnstarted(desk, run.id);
      throw error;
    }
    return { started: await advanceRun(desk, run, 'compare') };
  }
  throw new BlobmirrorError('race-lost', 'others kept beginning runs');
}

/**
 * Who holds the place, and since when by the service's own clock, unless it was given up. Where it is damaged, that of the newest run that is under way.
 */
async function findHolder(
  { parts, runs }: ReconcilerContext,
  found: FoundDocument<Claim>,
): Promise<Claim | undefined> {
  if (found.state === 'absent') return undefined;
  if (found.state === 'there') {
    const { value: claim, writtenAt } = found;
    const isGivenUp = Date.parse(claim.claimedAt) === 0;
    return isGivenUp || writtenAt === undefined ? claim : { ...claim, claimedAt: writtenAt.toISOString() };
  }
  const { code, message, hint } = found.error;
  parts.log.warn(
    'the record of the full sync that is under way is damaged; it is looked up among the newest',
    { code, detail: message, hint },
  );
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
  // Nothing is to be heard of a run while mirroring is paused.
  const silentMs = parts.now().getTime() - since.getTime() - (await parts.pause.pausedSince(since));
  return silentMs > -FAR_AHEAD_MS && silentMs < (run === undefined ? UNWRITTEN_MS : ABANDONED_MS);
}

/** Whoever still works for it stops, since its document says that it is over. */
async function abandon({ parts, runs }: ReconcilerContext, id: RunId): Promise<void> {
  await runs.change(id, (run) => {
    if (!isUnderWay(run)) return undefined;
    const detail = `Nothing was heard of this run since ${run.updatedAt}, so another one took its place. Look at the workers and at the dead letters of the reconcile queue.`;
    const alerts = addAlert(run.alerts, { code: 'run-abandoned', detail });
    return { ...endRun(run, 'cancelled', parts.now()), alerts };
  });
}

/** A run that could not begin is over, so that the next one need not wait for it. */
async function cancelUnstarted(desk: ReconcilerContext, id: RunId): Promise<void> {
  try {
    if ((await desk.runs.change(id, (run) => endRun(run, 'cancelled', desk.parts.now()))) !== undefined)
      return;
    await releaseClaim(desk, id);
  } catch {
    // Then it is taken over in time.
  }
}

/** Makes room where a run holds the place and was never written down. False: it does not hold it. */
export async function releaseClaim({ parts: { documents } }: ReconcilerContext, id: RunId): Promise<boolean> {
  const found = await readDocument(documents, CLAIM_DOCUMENT, CURRENT);
  if (found.state !== 'there' || found.value.run !== id) return false;
  const { version } = found;
  const givenUp: Claim = { run: id, claimedAt: new Date(0).toISOString() };
  return (await documents.write(CURRENT, givenUp, { version })) === 'written';
}
