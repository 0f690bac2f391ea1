import { accountsOf, decideInStep, isForeign, ownershipOf, wantedTier, withMissing } from './decide.ts';
import type { Decision, MissingAccess } from './decision.ts';
import type { MirrorContext } from './mirror-context.ts';
import type { Key } from '../model/key.ts';
import { type BlobPresent, isSameHeaders } from '../model/reading.ts';
import { type Metadata, addStamp, fitsIntoMetadata } from '../model/stamp.ts';
import type { SkipReason, Verdict } from '../model/verdict.ts';
import type { CopyRequest } from '../ports/backup-store.ts';
import type { AccessOutcome } from '../ports/directory-store.ts';
import type { WriteCondition, WriteOutcome } from '../ports/write-outcome.ts';

/** Copies one version of the source under a condition on the backup. */
export async function copyBlob(
  context: MirrorContext,
  key: Key,
  { source: from, condition, missing, likelySame, isOverForeign }: Extract<Decision, { action: 'copy' }>,
): Promise<ApplyResult> {
  const { request, stamped } = await toCopyRequest(context, key, from, condition);
  const outcome = await context.backup.copy(request);
  const { engine } = outcome;
  if (outcome.kind === 'unfinished') return { verdict: { verdict: 'unfinished', engine } };

  const created = 'nothingThere' in condition;
  const copied: CopiedVerdict = {
    verdict: 'copied',
    created,
    bytes: from.size,
    engine,
    stamped,
    ...(likelySame && { likelySame }),
  };
  if (outcome.kind !== 'written') return toApplyResult(outcome, copied);
  const verdict = await withAccess(context, key, copied, missing);
  return { verdict, readAgain: created || isOverForeign === true ? 'always' : 'in-a-tree' };
}

type CopiedVerdict = Extract<Verdict, { verdict: 'copied' }>;

/**
 * Replaces a blob that cannot be overwritten. If the new version cannot be copied, the old one stays. If the process dies
 * after the old one was deleted, the next check copies the key again.
 */
export async function replaceBlob(
  context: MirrorContext,
  key: Key,
  { source: from, ifMatch, missing }: Extract<Decision, { action: 'replace' }>,
): Promise<ApplyResult> {
  return await replaceViaStaging(context, key, { source: from, missing }, async () =>
    toApplyResult(await context.backup.delete(key, ifMatch, 'replaced'), REMOVED),
  );
}

const REMOVED: Verdict = { verdict: 'deleted' };

/**
 * Stages the new version on the backup account, deletes the old one and puts the new one in its place.
 *
 * @param deleteOld deletes the old one; any verdict but `deleted` means that it stays
 */
export async function replaceViaStaging(
  context: MirrorContext,
  key: Key,
  { source: from, missing }: { readonly source: BlobPresent; readonly missing?: MissingAccess | undefined },
  deleteOld: () => Promise<ApplyResult>,
): Promise<ApplyResult> {
  const { request, stamped } = await toCopyRequest(context, key, from, { nothingThere: true });
  const outcome = await context.backup.secure(request);
  const { engine } = outcome;
  if (outcome.kind === 'unfinished') return { verdict: { verdict: 'unfinished', engine } };
  const copied: CopiedVerdict = { verdict: 'copied', created: false, bytes: from.size, engine, stamped };
  if (outcome.kind !== 'secured') return toApplyResult(outcome, copied);

  const deleted = await deleteOld();
  if (!('verdict' in deleted) || deleted.verdict.verdict !== 'deleted') return deleted;
  const placed = toApplyResult(await context.backup.place(request, outcome.secured), copied, 'always');
  if (!('verdict' in placed) || placed.verdict !== copied) return placed;
  return { ...placed, verdict: await withAccess(context, key, copied, missing) };
}

async function toCopyRequest(
  { source, policy }: MirrorContext,
  key: Key,
  from: BlobPresent,
  condition: WriteCondition,
): Promise<{ readonly request: CopyRequest; readonly stamped: boolean }> {
  const { metadata, stamped } = stampedMetadata(source.account, from);
  const tagged = policy.tags === 'mirror' && (from.tagCount ?? 0) > 0;
  const tags = tagged ? await source.readTags(key) : {};
  const request = { key, source: from, metadata, condition, tier: wantedTier(policy, from), tags };
  return { request, stamped };
}

/** If the process dies before, a later check finds the access out of step. */
async function withAccess(
  context: MirrorContext,
  key: Key,
  copied: CopiedVerdict,
  missing: MissingAccess | undefined,
): Promise<CopiedVerdict> {
  const isLacking = missing !== undefined && (await lacksAccess(context, key, missing));
  return isLacking ? { ...copied, access: 'not-permitted' } : copied;
}

/** Sets the access, which a copy does not bring. Whether that was refused; if the blob is gone, the next reading shows it. */
async function lacksAccess(
  { backup }: MirrorContext,
  key: Key,
  { access, there }: MissingAccess,
): Promise<boolean> {
  const outcome = await backup.setAccess(key, access, there);
  return outcome.kind === 'written' && outcome.access === 'not-permitted';
}

/**
 * Gives a blob with the source's content the user's metadata and the stamp: one request, no content. It copies instead if
 * the headers differ, since headers and metadata are two writes, and between them the blob would be a version that
 * neither account ever had. It also copies if metadata may not be changed while an overwrite is allowed as a new version
 * (an immutable backup).
 */
export async function restampBlob(
  context: MirrorContext,
  key: Key,
  from: BlobPresent,
  onto: BlobPresent,
): Promise<ApplyResult> {
  const { source, backup, policy } = context;
  const isOverForeign = isForeign(ownershipOf(accountsOf(context), onto));
  const asCopy = async (): Promise<ApplyResult> =>
    await copyBlob(context, key, {
      action: 'copy',
      source: from,
      condition: { ifMatch: onto.etag },
      ...(isOverForeign && { isOverForeign }),
      ...withMissing(policy, from, onto),
    });
  if (!isSameHeaders(from.headers, onto.headers)) return await asCopy();

  const { metadata, stamped } = stampedMetadata(source.account, from);
  const outcome = await backup.restamp({ key, metadata, ifMatch: onto.etag });
  if (outcome.kind === 'refused' && outcome.reason === 'backup-immutable') return await asCopy();
  const done: Verdict = { verdict: 'restamped' };
  // No ETag covers tier and tags: another round sets them.
  return outcome.kind === 'written' && stamped && decideInStep(from, onto, policy).action !== 'nothing'
    ? { retry: 'not-finished', done }
    : toApplyResult(outcome, done, isOverForeign ? 'always' : 'in-a-tree');
}

/**
 * The user's metadata with the stamp, or without it if there is no room. Without a stamp the copy is right, but each later
 * check copies it again.
 */
function stampedMetadata(
  account: string,
  source: BlobPresent,
): { readonly metadata: Metadata; readonly stamped: boolean } {
  const { etag, lastModified } = source;
  const metadata = addStamp(source.metadata, { account, etag, lastModified });
  return fitsIntoMetadata(metadata)
    ? { metadata, stamped: true }
    : { metadata: source.metadata, stamped: false };
}

/** The result of a decision: the verdict, or why both accounts must be read again and what was done so far. */
export type ApplyResult =
  | {
      readonly verdict: Verdict;
      /** The source must be read again: always, or only on hierarchical accounts. */
      readonly readAgain?: 'always' | 'in-a-tree';
    }
  | {
      readonly retry: 'precondition-failed' | 'retry-after-delete' | 'not-finished';
      readonly done?: Verdict;
    };

/** The verdict of a write, or what its refusal means. */
export function toApplyResult(
  outcome: WriteOutcome | AccessOutcome,
  verdict: Verdict,
  readAgain?: 'always' | 'in-a-tree',
): ApplyResult {
  switch (outcome.kind) {
    case 'written':
      return { verdict, ...(readAgain !== undefined && { readAgain }) };
    case 'refused':
      return skippedResult(outcome.reason);
    case 'backup-precondition-failed':
    case 'source-precondition-failed':
      return { retry: 'precondition-failed' };
  }
}

export function skippedResult(reason: SkipReason): ApplyResult {
  return { verdict: { verdict: 'skipped', reason } };
}
