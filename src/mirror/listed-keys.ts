import { isDeepStrictEqual } from 'node:util';
import { apply } from './converge.ts';
import { accountsOf, decide, isForeign, ownershipOf } from './decide.ts';
import type { MirrorAccounts } from './decision.ts';
import type { MirrorContext } from './mirror-context.ts';
import { restampBlob } from './write-blob.ts';
import type { AdoptBy } from '../model/adoption.ts';
import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import { ABSENT, type BlobPresent, type Reading, isBlob, isSameContent } from '../model/reading.ts';
import { addStamp, fitsIntoMetadata } from '../model/stamp.ts';
import type { Verdict } from '../model/verdict.ts';

/** What a listing said of a key on both accounts. */
export interface ListedReadings {
  readonly source: BlobPresent;
  /** Undefined: it had nothing there. */
  readonly backup: BlobPresent | undefined;
}

/** A copy that was made; `isNew`: from nothing, so that one more reading of the source must follow (invariant 5). */
export interface ListedCopy {
  readonly verdict: Verdict;
  readonly isNew: boolean;
}

/**
 * Copies a blob on the word of two listings, without a look of its own: one request. The conditions carry the proof:
 * If-Match or If-None-Match: * on the backup and If-Match on the source make readings that are out of date fail instead
 * of harm. Undefined where a copy is not what is to be done, or one of the conditions did not hold: then the key must be
 * converged. For flat accounts alone: in a tree a rename brings ETags back, and directories come first.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function copyListed(
  context: MirrorContext,
  key: Key,
  { source, backup }: ListedReadings,
): Promise<ListedCopy | undefined> {
  if (context.tree !== undefined) return undefined;
  const onBackup: Reading = backup ?? ABSENT;
  const decision = decide(accountsOf(context), source, onBackup, context.policy);
  if (decision.action !== 'copy') return undefined;
  const applied = await apply(context, key, decision);
  return 'retry' in applied ? undefined : { verdict: applied.verdict, isNew: applied.readAgain === 'always' };
}

/** What both accounts have of a key. */
export interface ReadingPair {
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
}

/** How far a comparison came, of these two versions. */
export interface ComparisonProgress {
  readonly source: Etag;
  readonly backup: Etag;
  /** How many bytes, from the first on, are equal. */
  readonly equal: number;
}

export interface AdoptRequest {
  readonly by: AdoptBy;
  /** What listings told; undefined: both accounts are read. */
  readonly readings?: ReadingPair | undefined;
  /** What an earlier call came to. */
  readonly compared?: ComparisonProgress | undefined;
  /** Asked after every piece that is compared. */
  readonly mustStop?: () => boolean;
}

export type AdoptResult =
  /** `hasMore`: what no stamp stands for is still to be brought in step by a look. */
  { readonly verdict: Verdict; readonly hasMore: boolean } | { readonly unfinished: ComparisonProgress };

/**
 * Takes over a backup blob that another tool made, where it is proven to hold what the source has: it is given the stamp
 * and the user's metadata, and no byte is moved. Undefined where that is not proven, or the two have moved: then the key
 * is to be looked at, and copied, like any other. The stamp names the version that was compared and is set under the
 * ETag of the blob that was, so that whatever happens meanwhile, it is true or not there.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function adopt(
  context: MirrorContext,
  key: Key,
  { by, readings, compared, mustStop }: AdoptRequest,
): Promise<AdoptResult | undefined> {
  const both = readings ?? (await readBoth(context, key));
  if (both === undefined || !mayBeAdopted(accountsOf(context), both, by)) return undefined;
  const { source, backup } = both;
  if (by === 'read') {
    const isOfThese = compared?.source === source.etag && compared.backup === backup.etag;
    const found = await context.backup.compareContent({
      key,
      source,
      backup,
      ...(isOfThese && { equal: compared.equal }),
      ...(mustStop !== undefined && { mustStop }),
    });
    if (found.kind === 'unfinished')
      return { unfinished: { source: source.etag, backup: backup.etag, equal: found.equal } };
    if (found.kind !== 'same') return undefined;
  }
  const adopted: Verdict = { verdict: 'adopted', by };
  const applied = await restampBlob(context, key, source, backup);
  if ('retry' in applied) return applied.done === undefined ? undefined : { verdict: adopted, hasMore: true };
  // Where nothing may change the metadata of what is there, it was copied instead, or left.
  const { verdict } = applied;
  const isWritten = verdict.verdict === 'restamped' || verdict.verdict === 'copied';
  // Invariant 5: in a tree every write is followed by another reading of the source.
  return {
    verdict: verdict.verdict === 'restamped' ? adopted : verdict,
    hasMore: isWritten && context.tree !== undefined,
  };
}

/** Invariant 2: the backup first. */
async function readBoth({ source, backup }: MirrorContext, key: Key): Promise<ReadingPair | undefined> {
  const onBackup = await backup.read(key);
  const onSource = await source.read(key);
  return isBlob(onBackup) && isBlob(onSource) ? { source: onSource, backup: onBackup } : undefined;
}

/**
 * Whether the backup's blob is another tool's and may hold what the source has, as far as can be told without reading
 * it: by MD5 that is all there is to tell. Headers differ where a copy is due in any case.
 */
export function mayBeAdopted(
  accounts: MirrorAccounts,
  { source, backup }: ReadingPair,
  by: AdoptBy,
): boolean {
  const { account, etag, lastModified } = { account: accounts.source, ...source };
  return (
    isForeign(ownershipOf(accounts, backup)) &&
    source.stamp?.account !== accounts.backup &&
    source.pendingCopy === undefined &&
    backup.pendingCopy === undefined &&
    source.kind === backup.kind &&
    source.size === backup.size &&
    !backup.archived &&
    isDeepStrictEqual(source.headers, backup.headers) &&
    fitsIntoMetadata(addStamp(source.metadata, { account, etag, lastModified })) &&
    (by === 'md5' ? isSameContent(source, backup) === true : !source.archived)
  );
}
