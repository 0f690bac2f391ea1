import { randomUUID } from 'node:crypto';
import { newETag } from '../storage/azurite.ts';
import type { Access } from './access.ts';
import type { Entry, EntryDocument } from './entry.ts';

/** What is stored of a new directory: a blob without content, marked as Azure marks it for clients of the Blob API. */
export function toDirectoryDocument(
  accountName: string,
  containerName: string,
  place: Pick<Entry, 'parent' | 'segment'>,
  access: Access,
): EntryDocument {
  const now = new Date();
  return {
    accountName,
    containerName,
    name: randomUUID(),
    snapshot: '',
    deleted: false,
    isCommitted: true,
    metadata: { hdi_isfolder: 'true' },
    entry: { ...place, ...access, kind: 'directory', writer: 'path' },
    properties: {
      creationTime: now,
      lastModified: now,
      etag: newETag(),
      contentLength: 0,
      contentType: 'application/octet-stream',
      blobType: 'BlockBlob',
      leaseStatus: 'unlocked',
      leaseState: 'available',
      serverEncrypted: true,
      accessTier: 'Hot',
      accessTierInferred: true,
    },
  };
}
