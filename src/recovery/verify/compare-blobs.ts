import type { Difference, DifferenceName } from '../../model/difference.ts';
import { toServedHeaders } from '../../model/content-headers.ts';
import type { BlobPresent, ContentHeaders } from '../../model/reading.ts';
import { addStamp, fitsIntoMetadata } from '../../model/stamp.ts';
import { isOnTier } from '../../model/tier.ts';
import { type Policy, wantedTier } from '../../mirror/policy.ts';
import { compareNames } from './compare-names.ts';
import { compareValues } from './compare-values.ts';
import type { BlobView } from './view.ts';

const HEADERS = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentLanguage: 'content-language',
  contentDisposition: 'content-disposition',
  cacheControl: 'cache-control',
} as const satisfies Record<keyof ContentHeaders, DifferenceName>;

/** Everything but the bytes and the access. A pure function of what the two sides tell; empty when they agree. */
export function compareBlobs(
  sourceAccount: string,
  policy: Policy,
  source: BlobView,
  backup: BlobView,
): Difference[] {
  return [
    ...compareStamp(sourceAccount, source.reading, backup.reading),
    ...compareValues('kind', source.reading.kind, backup.reading.kind),
    ...compareValues('size', String(source.reading.size), String(backup.reading.size)),
    ...compareMd5(source.reading, backup.reading),
    ...compareHeaders(source.reading.headers, backup.reading.headers),
    ...compareNames('metadata', source.reading.metadata, backup.reading.metadata),
    ...(policy.tags === 'mirror' ? compareNames('tag', source.tags, backup.tags) : []),
    ...compareTier(policy, source.reading, backup.reading),
  ];
}

/** Whether the backup was made from the very version that the source has now (invariant 6). */
export function isInStep(sourceAccount: string, source: BlobPresent, backup: BlobPresent): boolean {
  return backup.stamp?.account === sourceAccount && backup.stamp.etag === source.etag;
}

function compareStamp(account: string, source: BlobPresent, backup: BlobPresent): Difference[] {
  const { stamp } = backup;
  if (stamp === undefined) {
    const { etag, lastModified, metadata } = source;
    // Where the user's own metadata leaves no room, the mirror goes without.
    const hasRoom = fitsIntoMetadata(addStamp(metadata, { account, etag, lastModified }));
    return hasRoom ? [{ difference: 'stamp-missing', source: etag }] : [];
  }
  return [
    ...compareValues('stamp-account', account, stamp.account),
    ...compareValues('stamp-etag', source.etag, stamp.etag),
  ];
}

/** A backup may know the MD5 of what the source has none for: the service computes it when it copies. */
function compareMd5(source: BlobPresent, backup: BlobPresent): Difference[] {
  return source.contentMd5 === undefined
    ? []
    : compareValues('content-md5', source.contentMd5, backup.contentMd5);
}

function compareHeaders(source: ContentHeaders, backup: ContentHeaders): Difference[] {
  const [ours, theirs] = [toServedHeaders(source), toServedHeaders(backup)];
  return (Object.keys(HEADERS) as (keyof ContentHeaders)[]).flatMap((header) =>
    compareValues(HEADERS[header], ours[header], theirs[header]),
  );
}

function compareTier(policy: Policy, source: BlobPresent, backup: BlobPresent): Difference[] {
  const wanted = wantedTier(policy, source);
  if (wanted === undefined || isOnTier(backup, wanted)) return [];
  return compareValues('tier', wanted, backup.tier ?? backup.inferredTier);
}
