import { isDeepStrictEqual } from 'node:util';
import type { Access } from './access.ts';
import type { Etag } from './etag.ts';
import type { Metadata, Stamp } from './stamp.ts';

/** What one look at a key found, on either side. Directories are on hierarchical accounts alone. */
export type Reading = BlobPresent | DirectoryPresent | BlobAbsent;

export interface BlobPresent {
  readonly present: true;
  readonly etag: Etag;
  readonly lastModified: Date;
  /** Bytes. */
  readonly size: number;
  readonly kind: BlobKind;
  /** Base64; undefined when the service has none for this blob. */
  readonly contentMd5: string | undefined;
  readonly headers: ContentHeaders;
  /** The user's metadata, without the stamp. */
  readonly metadata: Metadata;
  readonly stamp: Stamp | undefined;
  /** The content cannot be read before it is rehydrated. */
  readonly archived: boolean;
  /** The access tier, if one was set on this very blob; the one it is on its way to while it is rehydrated. */
  readonly tier?: string;
  /** The access tier that it has by default, where none was set on it. */
  readonly inferredTier?: string;
  /** How many index tags it has; undefined is none. */
  readonly tagCount?: number;
  /**
   * An asynchronous copy onto this blob is under way. Its `stamp` names the version that it is made from, where the copy is
   * ours; that of the blob is undefined then: the content is not there yet.
   */
  readonly pendingCopy?: { readonly stamp: Stamp | undefined };
  /** A copy of ours that is not whole, or not known to be: it was left, or given up by the service. `stamp` names what it is made from. */
  readonly unfinishedCopy?: { readonly stamp: Stamp | undefined };
  /** The account keeps versions. A listing does not tell. */
  readonly isVersioned?: true;
  /** When the service answered, by its own clock, rounded down to the second. A listing does not tell. */
  readonly readAt?: Date;
  /** On a hierarchical account. No ETag stands for it. */
  readonly access?: Access;
}

export interface DirectoryPresent {
  readonly present: true;
  readonly kind: 'directory';
  /** Of the directory itself: what is in it does not move it. */
  readonly etag: Etag;
  readonly lastModified: Date;
  /** The user's, without what the service adds to tell that it is a directory. A directory bears no stamp. */
  readonly metadata: Metadata;
  readonly access?: Access;
  /** When the service answered, by its own clock, rounded down to the second. */
  readonly readAt: Date;
}

/** A definite answer of the service that the blob, or its whole container, does not exist. */
export interface BlobAbsent {
  readonly present: false;
  readonly container: 'exists' | 'missing';
}

/** Nothing is there, in a container that exists. */
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
 * Whether two blobs hold the same bytes, as far as their size and MD5 tell; undefined where those tell nothing.
 *
 * The MD5 of a page blob is never one of the two: clients set it, and the service leaves it as it was when pages are
 * written, so that a disk has the MD5 of its upload for ever.
 */
export function isSameContent(one: BlobPresent, other: BlobPresent): boolean | undefined {
  if (one.size !== other.size) return false;
  if (one.kind === 'page' || other.kind === 'page') return undefined;
  if (one.contentMd5 === undefined || other.contentMd5 === undefined) return undefined;
  return one.contentMd5 === other.contentMd5;
}

/**
 * What a blob is served as that has no Content-Type (learn.microsoft.com/rest/api/storageservices/get-blob-properties,
 * Content-Type). Set Blob Properties takes the type away; Put Blob and Put Block List store this one where none is given,
 * and copies do either. So to have none and to have this one is the same.
 */
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** The headers that a client is served. */
export function toServedHeaders(headers: ContentHeaders): ContentHeaders {
  return { contentType: DEFAULT_CONTENT_TYPE, ...headers };
}

/** Whether a client is served the same headers. */
export function isSameHeaders(one: ContentHeaders, other: ContentHeaders): boolean {
  return isDeepStrictEqual(toServedHeaders(one), toServedHeaders(other));
}

/** The access tier of a blob, as far as it is known. */
export interface TierState {
  /** The one that was set on this very blob; the one it is on its way to while it is rehydrated. */
  readonly tier?: string | undefined;
  /** The one that it has by default, where none was set on it. */
  readonly inferredTier?: string | undefined;
}

/**
 * Whether a blob is on a tier already. To set the one that it has by default would change nothing, and a service may go on
 * saying that it is inferred: Azure/Azurite#2038, microsoft/AzureStorageExplorer#3082.
 */
export function isOnTier({ tier, inferredTier }: TierState, wanted: string): boolean {
  return (tier ?? inferredTier) === wanted;
}
