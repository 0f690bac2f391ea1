import type { Difference, DifferenceName } from '../api/difference.ts';
import { wantedTier } from '../mirror/decide.ts';
import type { Policy } from '../mirror/policy.ts';
import type { Access } from '../model/access.ts';
import { type BlobPresent, type ContentHeaders, isOnTier, toServedHeaders } from '../model/reading.ts';
import { addStamp, fitsIntoMetadata } from '../model/stamp.ts';
import type { BlobView } from './verification.ts';

const HEADERS = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentLanguage: 'content-language',
  contentDisposition: 'content-disposition',
  cacheControl: 'cache-control',
} as const satisfies Record<keyof ContentHeaders, DifferenceName>;

/** Compares everything but content and access. A pure function of what was read; empty when both agree. */
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

/** Whether the backup was made from the version that the source has now (invariant 6). */
export function isStampCurrent(sourceAccount: string, source: BlobPresent, backup: BlobPresent): boolean {
  return backup.stamp?.account === sourceAccount && backup.stamp.etag === source.etag;
}

function compareStamp(account: string, source: BlobPresent, backup: BlobPresent): Difference[] {
  const { stamp } = backup;
  if (stamp === undefined) {
    const { etag, lastModified, metadata } = source;
    // If the user's metadata leaves no room, the backup has no stamp.
    const hasRoom = fitsIntoMetadata(addStamp(metadata, { account, etag, lastModified }));
    return hasRoom ? [{ difference: 'stamp-missing', source: etag }] : [];
  }
  return [
    ...compareValues('stamp-account', account, stamp.account),
    ...compareValues('stamp-etag', source.etag, stamp.etag),
  ];
}

/** The backup may have an MD5 where the source has none: the service computes it when it copies. */
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

/** The permissions repeat these entries; for the group, those of the mask if the list has one. */
const TOLD_BY_PERMISSIONS: ReadonlySet<string | undefined> = new Set(['user:', 'group:', 'mask:', 'other:']);
const NOTHING: typeof TOLD_BY_PERMISSIONS = new Set();

/** Empty if one side does not return its access. One difference for each entry of the lists that differs. */
export function compareAccess(source: Access | undefined, backup: Access | undefined): Difference[] {
  if (source === undefined || backup === undefined) return [];
  const told = source.permissions === backup.permissions ? NOTHING : TOLD_BY_PERMISSIONS;
  return [
    ...compareValues('owner', source.owner, backup.owner),
    ...compareValues('group', source.group, backup.group),
    ...compareValues('permissions', source.permissions, backup.permissions),
    ...compareNames('acl', toEntries(source.acl), toEntries(backup.acl)).filter(
      ({ name }) => !told.has(name),
    ),
  ];
}

/** Entries by their subject: `default:user:anna:r-x` as `default:user:anna` with `r-x`. */
function toEntries(acl: string): Readonly<Record<string, string>> {
  const entries = acl.split(',').filter((entry) => entry !== '');
  return Object.fromEntries(entries.map(splitAtLastColon));
}

function splitAtLastColon(entry: string): [string, string] {
  const at = entry.lastIndexOf(':');
  return [entry.slice(0, at), entry.slice(at + 1)];
}

type Named = Readonly<Record<string, string>>;

/**
 * One difference for each name that one side lacks or that has another value there. Names are case-sensitive.
 */
export function compareNames(difference: DifferenceName, source: Named, backup: Named): Difference[] {
  const [ours, theirs] = [new Map(Object.entries(source)), new Map(Object.entries(backup))];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [here, there] = [ours.get(name), theirs.get(name)];
    if (here === there) return [];
    return {
      difference,
      name,
      ...(here !== undefined && { source: here }),
      ...(there !== undefined && { backup: there }),
    };
  });
}

/** One difference, or none. Undefined: the side has no value. */
function compareValues(
  difference: DifferenceName,
  source: string | undefined,
  backup: string | undefined,
): Difference[] {
  if (source === backup) return [];
  return [{ difference, ...(source !== undefined && { source }), ...(backup !== undefined && { backup }) }];
}
