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
