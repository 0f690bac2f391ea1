import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../mirror/policy.ts';
import { isSameAccess } from '../model/access.ts';
import { isOnTier } from '../model/tier.ts';
import type { ListedBlob } from '../ports/blob-reader.ts';

/**
 * Whether two entries of listings look in step: content and metadata by the stamp, and what no ETag stands for by itself.
 * A stamp on a blob of another size is not believed: a service may have written less than it said. A directory bears no
 * stamp, so the two are compared as they are.
 */
export function isInStep(source: ListedBlob, backup: ListedBlob, { acl, tags, tier }: Policy): boolean {
  if (source.isDirectory !== backup.isDirectory) return false;
  if (acl === 'mirror' && !isSameAccess(source.access, backup.access)) return false;
  if (source.isDirectory) return isDeepStrictEqual(source.metadata, backup.metadata);
  if (backup.stamp?.etag !== source.etag || backup.bytes !== source.bytes) return false;
  const ofAll = source.isBlockBlob && tier !== 'none' ? tier : undefined;
  const wanted = tier === 'same' ? source.tier : ofAll;
  if (wanted !== undefined && !isOnTier(backup, wanted)) return false;
  return tags !== 'mirror' || isDeepStrictEqual(source.tags ?? {}, backup.tags ?? {});
}
