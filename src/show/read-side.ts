import type { AbsentSide, PresentSide } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import { type BlobPresent, type Reading, isBlob, isDirectory } from '../model/reading.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';
import type { KeyView } from '../verify/verification.ts';

/** A key on one account. */
export interface KnownSide {
  readonly reading: Reading;
  /** As `verify` compares it; undefined: the account does not have it. */
  readonly view: KeyView | undefined;
}

/** One request, and one more for tags. */
export async function readSide(
  account: Pick<AccountInspector, 'read' | 'readTags'>,
  key: Key,
  withTags: boolean,
): Promise<KnownSide> {
  const reading = await account.read(key);
  if (!reading.present) return { reading, view: undefined };
  const isTagged = withTags && isBlob(reading) && (reading.tagCount ?? 0) > 0;
  return { reading, view: { reading, tags: isTagged ? await account.readTags(key) : {} } };
}

export function toShownSide(reading: Reading): PresentSide | AbsentSide {
  if (!reading.present) return { state: 'absent', container: reading.container };
  const shared = {
    state: 'present',
    etag: reading.etag,
    lastModified: reading.lastModified.toISOString(),
    ...(reading.access !== undefined && { access: reading.access }),
  } as const;
  return isDirectory(reading) ? { ...shared, kind: 'directory' } : { ...shared, ...ofBlob(reading) };
}

function ofBlob(blob: BlobPresent): Omit<PresentSide, 'state' | 'etag' | 'lastModified' | 'access'> {
  const { kind, size, headers, contentMd5, stamp } = blob;
  const tier = blob.tier ?? blob.inferredTier;
  const copy =
    blob.pendingCopy !== undefined ? 'pending' : blob.unfinishedCopy !== undefined ? 'unfinished' : undefined;
  return {
    kind,
    size,
    ...(headers.contentType !== undefined && { contentType: headers.contentType }),
    ...(contentMd5 !== undefined && { contentMd5 }),
    ...(tier !== undefined && { tier }),
    ...(tier !== undefined && blob.tier === undefined && { isTierInferred: true }),
    ...(blob.archived && { isArchived: true }),
    ...(blob.isVersioned && { isVersioned: true }),
    ...(copy !== undefined && { copy }),
    ...(stamp !== undefined && {
      stamp: { account: stamp.account, etag: stamp.etag, lastModified: stamp.lastModified.toISOString() },
    }),
  };
}
