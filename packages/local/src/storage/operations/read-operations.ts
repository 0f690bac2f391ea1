import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  BlobLeaseAdapter,
  BlobReadLeaseValidator,
  errors,
  validateReadConditions,
} from '../../azurite/azurite.ts';
import { type Stage, blobAt, checkContainer, findBlob, readBlob, versionOf } from './find.ts';
import { tellPolicy } from './immutability.ts';
import { tellVersion } from './keep-history.ts';

type ReadOperations = Pick<
  MetadataStore,
  | 'downloadBlob'
  | 'getBlobProperties'
  | 'checkBlobExist'
  | 'getBlobType'
  | 'getBlockList'
  | 'getPageRanges'
  | 'getBlobTag'
>;

/** Reads of single blobs and snapshots. */
export function readOperations(stage: Stage): ReadOperations {
  const { parts } = stage.store;

  return {
    async downloadBlob(context, account, container, blob, snapshot, lease, conditions) {
      const address = { account, container, blob, snapshot, version: versionOf(stage, context) };
      const found = readBlob(stage, context, address, lease, conditions);
      tellVersion(context, found, true);
      tellPolicy(context, found);
      return await Promise.resolve(parts.load(found));
    },
    async getBlobProperties(context, account, container, path, snapshot, lease, conditions) {
      const address = { account, container, blob: path, snapshot, version: versionOf(stage, context) };
      const blob = readBlob(stage, context, address, lease, conditions);
      tellVersion(context, blob, true);
      tellPolicy(context, blob);
      const { properties, metadata, blobTags } = blob;
      const tags = blobTags?.blobTagSet.length ?? 0;
      properties.tagCount = tags === 0 ? undefined : tags;
      const isAppended = properties.blobType === 'AppendBlob';
      return await Promise.resolve({
        properties,
        metadata,
        blobCommittedBlockCount: isAppended ? parts.count(blob.id) : undefined,
      });
    },
    async checkBlobExist(context, account, container, blob, snapshot) {
      checkContainer(stage, context, account, container);
      if (findBlob(stage, context, { account, container, blob, snapshot }) === undefined)
        throw errors.getBlobNotFound(context.contextId);
      await Promise.resolve();
    },
    async getBlobType(account, container, path, snapshot) {
      const blob = blobAt(stage, { account, container, blob: path, snapshot });
      return await Promise.resolve(
        blob && { blobType: blob.properties.blobType, isCommitted: blob.isCommitted },
      );
    },
    async getBlockList(context, account, container, path, snapshot, isCommitted, lease, conditions) {
      const blob = findBlob(stage, context, { account, container, blob: path, snapshot });
      if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
      validateReadConditions(context, conditions, blob);
      new BlobReadLeaseValidator(lease).validate(new BlobLeaseAdapter(blob), context);
      if (blob.properties.blobType !== 'BlockBlob') throw errors.getBlobInvalidBlobType(context.contextId);
      return await Promise.resolve({
        properties: blob.properties,
        committedBlocks: isCommitted === false ? [] : parts.blocks(blob.id),
        uncommittedBlocks: isCommitted === true ? [] : parts.staged(blob.id),
      });
    },
    async getPageRanges(context, account, container, path, snapshot, lease, conditions) {
      const blob = readBlob(stage, context, { account, container, blob: path, snapshot }, lease, conditions);
      if (blob.properties.blobType !== 'PageBlob') throw errors.getBlobInvalidBlobType(context.contextId);
      const { properties } = blob;
      return await Promise.resolve({ properties, pageRangesInOrder: parts.pages(blob.id) });
    },
    async getBlobTag(context, account, container, blob, snapshot, lease, conditions) {
      const address = { account, container, blob, snapshot, version: versionOf(stage, context) };
      return await Promise.resolve(readBlob(stage, context, address, lease, conditions).blobTags);
    },
  };
}
