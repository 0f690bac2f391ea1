import { validateReadConditions } from './azurite.ts';
import type { BlobDocument, Context, MetadataStore, WriteOptions } from './azurite-model.ts';
import { toBlobVersion } from './blob-version.ts';
import { copySourceError } from './copy-source-error.ts';
import { toConditions } from './local-copy-source.ts';
import { isAzuriteError } from './storage-error.ts';

/**
 * Copy Blob and Copy Blob From URL: says which side failed. Azurite answers an unmet source condition like that of a
 * plain read (304, or 412 `ConditionNotMet`), so that a program cannot tell a source that moved from a destination
 * that did. And a copy gets lists of its own: Azurite lets both blobs share them, so that a page written to the
 * source later would show in the copy.
 */
export function correctCopies(store: MetadataStore): void {
  const blobs = store.db.getCollection('$BLOBS_COLLECTION$');
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, source, destination, copySource, metadata, tier, options = {}) => {
      const sourceBlob = blobs.findOne({
        accountName: source.account,
        containerName: source.container,
        name: source.blob,
        snapshot: source.snapshot ?? '',
      });
      const original = sourceBlob && toBlobVersion(store, sourceBlob);
      try {
        const properties = await copy(context, source, destination, copySource, metadata, tier, options);
        const made = blobs.findOne({
          accountName: destination.account,
          containerName: destination.container,
          name: destination.blob,
          snapshot: '',
        });
        unshare(made);
        // Azurite takes the tier that was asked for and says that it is the account's default.
        if (made && tier !== undefined) made.properties.accessTierInferred = false;
        return properties;
      } catch (error) {
        if (isConditionError(error) && original && sourceFails(context, options, original))
          throw copySourceError(context, 412, '');
        throw error;
      }
    };
  }
}

function isConditionError(error: unknown): boolean {
  return isAzuriteError(error) && error.storageErrorCode === 'ConditionNotMet';
}

function sourceFails(context: Context, options: WriteOptions, source: BlobDocument): boolean {
  try {
    validateReadConditions(context, toConditions(options.sourceModifiedAccessConditions), source, true);
    return false;
  } catch {
    return true;
  }
}

function unshare(blob: BlobDocument | null): void {
  if (!blob) return;
  blob.committedBlocksInOrder = blob.committedBlocksInOrder?.slice();
  blob.pageRangesInOrder = blob.pageRangesInOrder?.map((range) => ({ ...range }));
}
