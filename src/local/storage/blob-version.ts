import type { BlobDocument, MetadataStore } from './azurite-model.ts';

/**
 * A copy of a stored blob that later writes leave alone. The store changes its documents in place (a commit of a
 * block list, a metadata change), so whoever reads on across an await needs one, or he serves the content of one
 * version under the ETag of the next.
 */
export function toBlobVersion(store: MetadataStore, blob: BlobDocument): BlobDocument {
  return {
    ...blob,
    properties: {
      ...blob.properties,
      // A database that was loaded from disk holds bytes as plain objects.
      contentMD5: store.restoreUint8Array(blob.properties.contentMD5),
    },
    metadata: blob.metadata && { ...blob.metadata },
    committedBlocksInOrder: blob.committedBlocksInOrder?.slice(),
    pageRangesInOrder: blob.pageRangesInOrder?.map((range) => ({ ...range })),
  };
}

/** Lets Get Blob answer from one version, whatever is written while it runs. */
export function readOneVersion(store: MetadataStore): void {
  const downloadBlob = store.downloadBlob.bind(store);
  store.downloadBlob = async (...request) => toBlobVersion(store, await downloadBlob(...request));
}
