import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import { type Access, toAccess } from '../../model/access.ts';
import { parseEtag } from '../../model/etag.ts';
import type { BlobKind, BlobPresent, ContentHeaders, DirectoryPresent } from '../../model/reading.ts';
import { type Metadata, findUnfinishedCopy, splitStamp } from '../../model/stamp.ts';

/** What a HEAD and an entry of a listing both say about a blob, under the SDK's names. */
export interface BlobProperties {
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
  readonly contentLength?: number | undefined;
  readonly blobType?: string | undefined;
  readonly contentMD5?: Uint8Array | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly copyStatus?: string | undefined;
  readonly accessTier?: string | undefined;
  readonly accessTierInferred?: boolean | undefined;
  readonly archiveStatus?: string | undefined;
  readonly tagCount?: number | undefined;
}

/** `metadata` is the blob's own with the case of its names, the stamp included. */
export function toReading(found: BlobProperties, allMetadata: Metadata): BlobPresent {
  const { metadata, stamp } = splitStamp(allMetadata);
  // While an asynchronous copy runs, and after it failed, the metadata is there but the content is not.
  const arrived = found.copyStatus === undefined || found.copyStatus === 'success';
  const isPending = found.copyStatus === 'pending';
  const unfinished = findUnfinishedCopy(allMetadata) ?? (arrived || isPending ? undefined : { stamp });
  const tier = toTier(found);
  const inferredTier = tier === undefined ? toInferredTier(found) : undefined;
  return {
    present: true,
    etag: parseEtag(found.etag),
    lastModified: found.lastModified ?? new Date(0),
    size: found.contentLength ?? 0,
    kind: toKind(found.blobType),
    contentMd5: arrived && unfinished === undefined ? toBase64(found.contentMD5) : undefined,
    headers: toHeaders(found),
    metadata,
    stamp: arrived ? stamp : undefined,
    archived: found.accessTier === 'Archive',
    ...(tier !== undefined && { tier }),
    ...(inferredTier !== undefined && { inferredTier }),
    ...(found.tagCount !== undefined && { tagCount: found.tagCount }),
    ...(isPending && { pendingCopy: { stamp } }),
    ...(unfinished !== undefined && { unfinishedCopy: unfinished }),
  };
}

/** An empty element of a listing is read as no bytes; a HEAD leaves the header out. */
function toBase64(md5: Uint8Array | undefined): string | undefined {
  return md5 === undefined || md5.length === 0 ? undefined : Buffer.from(md5).toString('base64');
}

const REHYDRATING = 'rehydrate-pending-to-';

export function toTier({
  accessTier,
  accessTierInferred,
  archiveStatus,
}: BlobProperties): string | undefined {
  if (archiveStatus?.startsWith(REHYDRATING)) {
    const target = archiveStatus.slice(REHYDRATING.length);
    return target.charAt(0).toUpperCase() + target.slice(1);
  }
  return accessTierInferred === true ? undefined : accessTier;
}

export function toInferredTier({ accessTier, accessTierInferred }: BlobProperties): string | undefined {
  return accessTierInferred === true ? accessTier : undefined;
}

export function toKind(type: string | undefined): BlobKind {
  switch (type) {
    case 'BlockBlob':
      return 'block';
    case 'AppendBlob':
      return 'append';
    case 'PageBlob':
      return 'page';
    default:
      throw new Error(`the service answered with a blob of an unknown type: ${type}`);
  }
}

/** An empty header means not set. */
function toHeaders(found: BlobProperties): ContentHeaders {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = found;
  return {
    ...(contentType && { contentType }),
    ...(contentEncoding && { contentEncoding }),
    ...(contentLanguage && { contentLanguage }),
    ...(contentDisposition && { contentDisposition }),
    ...(cacheControl && { cacheControl }),
  };
}

/** Metadata that a hierarchical account adds to a directory. */
export const FOLDER_MARK = 'hdi_isfolder';

export function withoutFolderMark(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name.toLowerCase() !== FOLDER_MARK));
}

/**
 * What a HEAD says about a path. A hierarchical account reports the resource type and the access in headers
 * that the SDK's answer leaves out: learn.microsoft.com/rest/api/storageservices/get-blob-properties.
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

/**
 * Owner, group, permissions and list, from a HEAD of either API; undefined unless all of them are present.
 */
export function readAccess(headers: { get(name: string): string | undefined }): Access | undefined {
  return toAccess(
    headers.get('x-ms-owner'),
    headers.get('x-ms-group'),
    headers.get('x-ms-permissions'),
    headers.get('x-ms-acl'),
  );
}
