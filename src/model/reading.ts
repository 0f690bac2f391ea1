import { isDeepStrictEqual } from 'node:util';
import type { Access } from './access.ts';
import type { Etag } from './etag.ts';
import type { Metadata, Stamp } from './stamp.ts';

/** A key as one request found it on one account. Only hierarchical accounts have directories. */
export type Reading = BlobPresent | DirectoryPresent | BlobAbsent;

export interface BlobPresent {
  readonly present: true;
  readonly etag: Etag;
  readonly lastModified: Date;
  /** Bytes. */
  readonly size: number;
  readonly kind: BlobKind;
  /** Base64; undefined if the service has none for this blob. */
  readonly contentMd5: string | undefined;
  readonly headers: ContentHeaders;
  /** The user's metadata, without the stamp. */
  readonly metadata: Metadata;
  readonly stamp: Stamp | undefined;
  /** The content cannot be read until it is rehydrated. */
  readonly archived: boolean;
  /** The access tier that was set on this blob; while it is rehydrated, the tier to come. */
  readonly tier?: string;
  /** The account's default tier, if none was set on the blob. */
  readonly inferredTier?: string;
  /** The number of index tags; undefined means none. */
  readonly tagCount?: number;
  /**
   * An asynchronous copy onto this blob is pending. If the copy is ours, its `stamp` names the version that it copies; the
   * `stamp` of the blob is undefined until the content is there.
   */
  readonly pendingCopy?: { readonly stamp: Stamp | undefined };
  /** An unfinished or unverified copy of ours, left by a worker or aborted by the service. `stamp` names the version that it copies. */
  readonly unfinishedCopy?: { readonly stamp: Stamp | undefined };
  /** The account keeps versions. A listing does not show that. */
  readonly isVersioned?: true;
  /** When the service answered, by its own clock, rounded down to the second. A listing does not show it. */
  readonly readAt?: Date;
  /** On a hierarchical account. No ETag covers it. */
  readonly access?: Access;
}

export interface DirectoryPresent {
  readonly present: true;
  readonly kind: 'directory';
  /** Of the directory itself: its content does not change it. */
  readonly etag: Etag;
  readonly lastModified: Date;
  /** The user's, without what the service adds to mark a directory. A directory has no stamp. */
  readonly metadata: Metadata;
  readonly access?: Access;
  /** When the service answered, by its own clock, rounded down to the second. */
  readonly readAt: Date;
}

/** The service answered that the blob, or its whole container, does not exist. */
export interface BlobAbsent {
  readonly present: false;
  readonly container: 'exists' | 'missing';
}

/** No blob, in a container that exists. */
export const ABSENT: BlobAbsent = { present: false, container: 'exists' };

export type BlobKind = 'block' | 'append' | 'page';

export function isDirectory(reading: Reading): reading is DirectoryPresent {
  return reading.present && reading.kind === 'directory';
}

export function isBlob(reading: Reading): reading is BlobPresent {
  return reading.present && reading.kind !== 'directory';
}

export interface ContentHeaders {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
}

/** Index tags of a blob: at most 10, names and values as they were written. */
export type Tags = Readonly<Record<string, string>>;

/**
 * Whether two blobs have the same content by size and MD5; undefined if those do not say.
 *
 * The MD5 of a page blob says nothing: clients set it, and the service keeps it when pages are written, so a disk keeps
 * the MD5 of its upload.
 */
export function isSameContent(one: BlobPresent, other: BlobPresent): boolean | undefined {
  if (one.size !== other.size) return false;
  if (one.kind === 'page' || other.kind === 'page') return undefined;
  if (one.contentMd5 === undefined || other.contentMd5 === undefined) return undefined;
  return one.contentMd5 === other.contentMd5;
}

/**
 * The type that a blob without Content-Type is served with (learn.microsoft.com/rest/api/storageservices/get-blob-properties,
 * Content-Type). Set Blob Properties takes the type away; Put Blob and Put Block List store this one where none is given,
 * and copies do either. So none and this one are the same.
 */
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** The headers that a client receives. */
export function toServedHeaders(headers: ContentHeaders): ContentHeaders {
  return { contentType: DEFAULT_CONTENT_TYPE, ...headers };
}

/** Whether a client receives the same headers. */
export function isSameHeaders(one: ContentHeaders, other: ContentHeaders): boolean {
  return isDeepStrictEqual(toServedHeaders(one), toServedHeaders(other));
}

/** The access tier of a blob, as far as it is known. */
export interface TierState {
  /** The one that was set on this blob; while it is rehydrated, the tier to come. */
  readonly tier?: string | undefined;
  /** The account's default, if none was set. */
  readonly inferredTier?: string | undefined;
}

/**
 * Whether a blob is on a tier already. Setting the default tier would change nothing, and the service may still say that
 * it is inferred: Azure/Azurite#2038, microsoft/AzureStorageExplorer#3082.
 */
export function isOnTier({ tier, inferredTier }: TierState, wanted: string): boolean {
  return (tier ?? inferredTier) === wanted;
}
