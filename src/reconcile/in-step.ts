import { isDeepStrictEqual } from 'node:util';
import { isSameAccess } from '../model/access.js';
import type { ListedBlob } from '../ports/blob-reader.js';

/** Whether two entries of listings look in step. A directory bears no stamp, so the two are compared as they are. */
export function isInStep(source: ListedBlob, backup: ListedBlob, acl: boolean): boolean {
  if (source.isDirectory !== backup.isDirectory) return false;
  if (acl && !isSameAccess(source.access, backup.access)) return false;
  return source.isDirectory
    ? isDeepStrictEqual(source.metadata, backup.metadata)
    : backup.stamp?.etag === source.etag;
}
