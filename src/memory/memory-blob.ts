import type { Access } from '../model/access.ts';
import { type Etag, parseEtag } from '../model/etag.ts';
import type { BlobKind, BlobPresent, ContentHeaders } from '../model/reading.ts';
import { type Metadata, splitStamp } from '../model/stamp.ts';
import { findUnfinishedCopy } from '../model/unfinished-copy.ts';
import type { Tags } from '../model/tags.ts';

/** What a user writes. */
export interface MemoryBlob {
  readonly content: string;
  readonly contentMd5?: string;
  readonly headers?: ContentHeaders;
  readonly metadata?: Metadata;
  readonly kind?: BlobKind;
  readonly archived?: boolean;
  readonly tier?: string;
  readonly tags?: Tags;
  /** The account keeps versions of it. */
  readonly isVersioned?: true;
  /** An asynchronous copy onto it is under way. */
  readonly isCopyPending?: true;
  /** On a hierarchical account. Left out: that of the file that is replaced, or what the service gives a new one. */
  readonly access?: Access;
}

/** What the account keeps of it. */
export type StoredBlob = MemoryBlob & {
  readonly etag: Etag;
  readonly lastModified: Date;
  /** How many snapshots users made; they stay when the blob is overwritten. */
  readonly snapshots?: number | undefined;
};

/** @param readAt left out where a listing tells it */
export function toBlobReading(blob: StoredBlob, readAt?: Date): BlobPresent {
  const unfinished = findUnfinishedCopy(blob.metadata ?? {});
  return {
    present: true,
    etag: blob.etag,
    lastModified: blob.lastModified,
    size: blob.content.length,
    kind: blob.kind ?? 'block',
    contentMd5: blob.contentMd5,
    headers: blob.headers ?? {},
    ...splitStamp(blob.metadata ?? {}),
    archived: blob.archived ?? blob.tier === 'Archive',
    ...(blob.tier !== undefined && { tier: blob.tier }),
    tagCount: Object.keys(blob.tags ?? {}).length,
    ...(blob.access && { access: blob.access }),
    ...(blob.isVersioned && { isVersioned: true }),
    ...(blob.isCopyPending && { pendingCopy: { stamp: undefined } }),
    ...(unfinished && { unfinishedCopy: unfinished }),
    ...(readAt && { readAt }),
  };
}

/** ETags that never come twice. */
export function createEtags(): () => Etag {
  let last = 0;
  return () => parseEtag(`0x${(++last).toString(16).toUpperCase()}`);
}
