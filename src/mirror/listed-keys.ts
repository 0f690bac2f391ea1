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

/** A key on both accounts, as listings showed it. */
export interface ListedReadings {
  readonly source: BlobPresent;
  /** Undefined if the backup had nothing there. */
  readonly backup: BlobPresent | undefined;
}

/** A copy that was made. `isUnproven`: no ETag of ours was overwritten, so the source must be read once more (invariant 5). */
export interface ListedCopy {
  readonly verdict: Verdict;
  readonly isUnproven: boolean;
}

/**
 * Copies a blob from what two listings showed, without reading it first: one request. The conditions make it safe: with
 * If-Match or If-None-Match: * on the backup and If-Match on the source, an outdated listing makes the copy fail.
 * Undefined if the decision is not to copy, or a condition failed: then the key must be converged. Only for flat
 * accounts: on hierarchical ones a rename brings ETags back, and directories come first.
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
  return 'retry' in applied
    ? undefined
    : { verdict: applied.verdict, isUnproven: applied.readAgain === 'always' };
}

/** The blobs of a key on both accounts. */
export interface ReadingPair {
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
}

/** How far the comparison of two versions has come. */
export interface ComparisonProgress {
  readonly source: Etag;
  readonly backup: Etag;
  /** The number of bytes, from the first, that are equal. */
  readonly equal: number;
}

export interface AdoptRequest {
  readonly by: AdoptBy;
  /** As listings showed them; if undefined, both accounts are read. */
  readonly readings?: ReadingPair | undefined;
  /** The progress of an earlier call. */
  readonly compared?: ComparisonProgress | undefined;
  /** Asked after each compared piece. */
  readonly mustStop?: () => boolean;
}

export type AdoptResult =
  /**
   * `hasMore`: a check must follow, for what the stamp does not cover. `unproven`: the version that was adopted; the source
   * must be read once more, since a check that finds the source without it leaves a foreign blob (invariant 5).
   */
  | { readonly verdict: Verdict; readonly hasMore: boolean; readonly unproven?: Etag }
  | { readonly unfinished: ComparisonProgress };

/**
 * Adopts a backup blob that another tool wrote and that is proven to equal the source: it gets the stamp and the user's
 * metadata, and no content is copied. Undefined if that is not proven or one of the two changed: then the key must be
 * converged like any other. The stamp names the version that was compared and is set under the ETag of the blob that was
 * compared, so it is true whatever happens meanwhile.
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
  // If the metadata of the blob may not be changed, it was copied instead, or left.
  const { verdict } = applied;
  const isWritten = verdict.verdict === 'restamped' || verdict.verdict === 'copied';
  // Invariant 5: on hierarchical accounts the source is read again after every write.
  return {
    verdict: verdict.verdict === 'restamped' ? adopted : verdict,
    hasMore: isWritten && context.tree !== undefined,
    ...(isWritten && { unproven: source.etag }),
  };
}

/** Invariant 2: the backup first. */
async function readBoth({ source, backup }: MirrorContext, key: Key): Promise<ReadingPair | undefined> {
  const onBackup = await backup.read(key);
  const onSource = await source.read(key);
  return isBlob(onBackup) && isBlob(onSource) ? { source: onSource, backup: onBackup } : undefined;
}

/**
 * Whether the backup's blob was written by another tool and may equal the source, as far as properties show; by MD5
 * nothing more is compared. If headers differ, a copy is due in any case.
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
