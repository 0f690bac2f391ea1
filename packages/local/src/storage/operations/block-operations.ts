import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import { errors, newETag, validateWriteConditions } from '../../azurite/azurite.ts';
import type { Blob, Block } from '../../store/blob.ts';
import { refuseBadName } from '../../requests/blob-names.ts';
import { type Stage, changedBlob, checkWriteLease, findBlob, putBlob, refuseArchived } from './find.ts';
import { refuseChange } from './immutability.ts';
import { replaceBlob, settleDeleted } from './keep-history.ts';
import { touch } from './write-operations.ts';

const MAX_APPENDED_BLOCKS = 50_000;
/** No blob has this id, and so no blocks. */
const NO_BLOB = 0;

type BlockOperations = Pick<MetadataStore, 'stageBlock' | 'commitBlockList' | 'appendBlock'>;

/** Staged blocks, block lists and appended blocks. */
export function blockOperations(stage: Stage): BlockOperations {
  const { store } = stage;
  const { parts } = store;

  return {
    async stageBlock(context, block, lease) {
      refuseBadName(context, block.blobName);
      store.write(() => {
        const { accountName, containerName, blobName: path, name } = block;
        const address = { account: accountName, container: containerName, blob: path };
        let blob = findBlob(stage, context, address);
        refuseArchived(context, blob);
        if (blob === undefined) {
          const made: Blob = {
            accountName,
            containerName,
            name: path,
            snapshot: '',
            isCommitted: false,
            properties: {
              creationTime: context.startTime,
              lastModified: context.startTime,
              etag: newETag(),
              contentLength: 0,
              blobType: 'BlockBlob',
            },
          };
          const place = stage.paths.find(accountName, containerName, path);
          if (stage.history.isFlat && place !== undefined) settleDeleted(stage, place, made);
          blob = putBlob(stage, made, undefined);
        } else {
          if (blob.properties.blobType !== 'BlockBlob')
            throw errors.getBlobInvalidBlobType(context.contextId);
          checkWriteLease(context, blob, lease);
        }
        // All ids of a blob's blocks have one length.
        const [other] = parts.staged(blob.id);
        if (other !== undefined && lengthOfId(other.name) !== lengthOfId(name))
          throw errors.getInvalidBlobOrBlock(context.contextId);
        parts.stage(blob.id, block);
      });
      await Promise.resolve();
    },
    async commitBlockList(context, given, list, lease, conditions) {
      refuseBadName(context, given.name);
      store.write(() => {
        const { accountName: account, containerName: container, name } = given;
        const there = findBlob(stage, context, { account, container, blob: name });
        refuseArchived(context, there);
        validateWriteConditions(context, conditions, there);
        if (conditions?.ifNoneMatch === '*' && there?.isCommitted === true)
          throw errors.getBlobAlreadyExists(context.contextId);
        const { leaseStatus: _status, leaseState: _state, ...properties } = given.properties;
        const blob = { ...given, properties: { ...given.properties } };
        if (there !== undefined) {
          if (there.properties.blobType !== 'BlockBlob')
            throw errors.getBlobInvalidBlobType(context.contextId);
          blob.properties = {
            ...there.properties,
            accessTierInferred: undefined,
            ...properties,
            creationTime: there.properties.creationTime,
          };
          checkWriteLease(context, there, lease, blob);
        }
        const blocks = chooseBlocks(there?.id);
        blob.isCommitted = true;
        blob.persistency = undefined;
        blob.properties.contentLength = blocks.reduce((sum, { size }) => sum + size, 0);
        given.properties.contentLength = blob.properties.contentLength;
        const stored = replaceBlob(stage, context, blob, there);
        parts.setBlocks(stored.id, blocks);
        parts.unstageAll(stored.id);
      });
      await Promise.resolve();

      function chooseBlocks(id = NO_BLOB): readonly Block[] {
        const committed = new Map(parts.blocks(id).map((block) => [block.name, block] as const));
        const staged = new Map(parts.staged(id).map((block) => [block.name, block] as const));
        return list.map(({ blockName, blockCommitType }) => {
          const type = blockCommitType.toLowerCase();
          const block =
            (type === 'committed' ? undefined : staged.get(blockName)) ??
            (type === 'uncommitted' ? undefined : committed.get(blockName));
          if (block === undefined) throw errors.getInvalidBlockList(context.contextId);
          return block;
        });
      }
    },
    async appendBlock(context, block, lease, conditions, position = {}) {
      return await Promise.resolve(
        store.write(() => {
          const { accountName: account, containerName: container, blobName } = block;
          const blob = changedBlob(stage, context, { account, container, blob: blobName }, lease, conditions);
          const { properties } = blob;
          if (properties.isSealed === true) throw errors.getBlobSealed(context.contextId);
          if (properties.blobType !== 'AppendBlob') throw errors.getBlobInvalidBlobType(context.contextId);
          if (parts.count(blob.id) >= MAX_APPENDED_BLOCKS)
            throw errors.getBlockCountExceedsLimit(context.contextId);
          const length = properties.contentLength ?? 0;
          if (position.appendPosition !== undefined && position.appendPosition !== length)
            throw errors.getAppendPositionConditionNotMet(context.contextId);
          if (position.maxSize !== undefined && length + block.size > position.maxSize)
            throw errors.getMaxBlobSizeConditionNotMet(context.contextId);
          refuseChange(context, blob);
          parts.append(blob.id, block);
          properties.contentLength = length + block.size;
          return touch(stage, blob, context.startTime);
        }),
      );
    },
  };
}

function lengthOfId(name: string): number {
  return Buffer.from(name, 'base64').length;
}
