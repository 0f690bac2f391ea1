import { isDeepStrictEqual } from 'node:util';
import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import { type BlobPresent, isBlob } from '../model/reading.ts';
import type { AdoptBy } from '../model/reconcile/adoption.ts';
import { isSameContent } from '../model/same-content.ts';
import { addStamp, fitsIntoMetadata } from '../model/stamp.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Sides } from './decision.ts';
import { isForeign, ownershipOf } from './ownership.ts';
import { type Pair, sidesOf } from './pair.ts';
import { restamp } from './restamp.ts';

/** What both sides have of a key. */
export interface BothReadings {
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
}

/** How far a comparison came, of these two versions. */
export interface Compared {
  readonly source: Etag;
  readonly backup: Etag;
  /** How many bytes, from the first on, are equal. */
  readonly equal: number;
}

export interface AdoptRequest {
  readonly by: AdoptBy;
  /** What listings told; undefined: both sides are read. */
  readonly readings?: BothReadings | undefined;
  /** What an earlier call came to. */
  readonly compared?: Compared | undefined;
  /** Asked after every piece that is compared. */
  readonly mustStop?: () => boolean;
}

export type Adopted =
  /** `hasMore`: what no stamp stands for is still to be brought in step by a look. */
  { readonly verdict: Verdict; readonly hasMore: boolean } | { readonly unfinished: Compared };

/**
 * Takes over a backup blob that another tool made, where it is proven to hold what the source has: it is given the stamp
 * and the user's metadata, and no byte is moved. Undefined where that is not proven, or the two have moved: then the key
 * is to be looked at, and copied, like any other. The stamp names the version that was compared and is set under the
 * ETag of the blob that was, so that whatever happens meanwhile, it is true or not there.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function adopt(
  pair: Pair,
  key: Key,
  { by, readings, compared, mustStop }: AdoptRequest,
): Promise<Adopted | undefined> {
  const both = readings ?? (await readBoth(pair, key));
  if (both === undefined || !mayBeAdopted(sidesOf(pair), both, by)) return undefined;
  const { source, backup } = both;
  if (by === 'read') {
    const isOfThese = compared?.source === source.etag && compared.backup === backup.etag;
    const found = await pair.backup.compareContent({
      key,
      source,
      backup,
      ...(isOfThese && { equal: compared.equal }),
      ...(mustStop !== undefined && { mustStop }),
    });
    if (found.outcome === 'unfinished')
      return { unfinished: { source: source.etag, backup: backup.etag, equal: found.equal } };
    if (found.outcome !== 'same') return undefined;
  }
  const adopted: Verdict = { verdict: 'adopted', by };
  const applied = await restamp(pair, key, source, backup);
  if ('again' in applied) return applied.done === undefined ? undefined : { verdict: adopted, hasMore: true };
  // Where nothing may change the metadata of what is there, it was copied instead, or left.
  const { verdict } = applied;
  const isWritten = verdict.verdict === 'restamped' || verdict.verdict === 'copied';
  // Invariant 5: in a tree every write is followed by another reading of the source.
  return {
    verdict: verdict.verdict === 'restamped' ? adopted : verdict,
    hasMore: isWritten && pair.tree !== undefined,
  };
}

/** Invariant 2: the backup first. */
async function readBoth({ source, backup }: Pair, key: Key): Promise<BothReadings | undefined> {
  const onBackup = await backup.read(key);
  const onSource = await source.read(key);
  return isBlob(onBackup) && isBlob(onSource) ? { source: onSource, backup: onBackup } : undefined;
}

/**
 * Whether the backup's blob is another tool's and may hold what the source has, as far as can be told without reading
 * it: by MD5 that is all there is to tell. Headers differ where a copy is due in any case.
 */
export function mayBeAdopted(sides: Sides, { source, backup }: BothReadings, by: AdoptBy): boolean {
  const { account, etag, lastModified } = { account: sides.source, ...source };
  return (
    isForeign(ownershipOf(sides, backup)) &&
    source.stamp?.account !== sides.backup &&
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
