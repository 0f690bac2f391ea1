import type { BlobDocument } from '../../src/azurite/azurite-model.ts';

/** The stored document of a block blob without content, in the container `docs` of `sourceaccount`. */
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
