import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import { type Access, toAccess } from '../model/access.ts';
import { parseEtag } from '../model/etag.ts';
import type { BlobPresent, DirectoryPresent } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';
import { withoutFolderMark } from './folder-mark.ts';
import { toReading } from './to-reading.ts';

/**
 * What a HEAD tells of what is at a path. A hierarchical account says what it is and who may do what with it, in
 * headers that the SDK's own answer leaves out: learn.microsoft.com/rest/api/storageservices/get-blob-properties.
 * `metadata` is with the case of its names.
 */
export function toPathReading(
  found: BlobGetPropertiesResponse,
  metadata: Metadata,
): BlobPresent | DirectoryPresent {
  const {
    _response: { headers },
  } = found;
  const access = readAccess(headers);
  if (headers.get('x-ms-resource-type') !== 'directory')
    return {
      ...toReading(found, metadata),
      ...(access !== undefined && { access }),
      ...(found.versionId !== undefined && { isVersioned: true }),
      readAt: found.date ?? new Date(0),
    };
  return {
    present: true,
    kind: 'directory',
    etag: parseEtag(found.etag),
    lastModified: found.lastModified ?? new Date(0),
    metadata: withoutFolderMark(metadata),
    readAt: found.date ?? new Date(0),
    ...(access !== undefined && { access }),
  };
}

/** Owner, group, permissions and list, as a HEAD of either API has them; undefined where it does not tell all of them. */
export function readAccess(headers: { get(name: string): string | undefined }): Access | undefined {
  return toAccess(
    headers.get('x-ms-owner'),
    headers.get('x-ms-group'),
    headers.get('x-ms-permissions'),
    headers.get('x-ms-acl'),
  );
}
