import type { BlobDocument } from '../../src/azurite/azurite-model.ts';

/** A block blob of the container `docs` in `sourceaccount`, as the store keeps it, still without content. */
export function blobDocument(name: string): BlobDocument {
  return {
    accountName: 'sourceaccount',
    containerName: 'docs',
    name,
    snapshot: '',
    isCommitted: true,
    properties: { lastModified: new Date(), etag: '"0x1"', contentLength: 0, blobType: 'BlockBlob' },
  };
}
