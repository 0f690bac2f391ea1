import type { Conditions } from '../../azurite/azurite-model.ts';
import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  BlobLeaseAdapter,
  BlobWriteLeaseValidator,
  errors,
  newETag,
  toSnapshotTime,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import type { Blob, StoredBlob } from '../../store/blob.ts';
import { refuseBadName } from '../../requests/blob-names.ts';
import {
  type Stage,
  changedBlob,
  checkWriteLease,
  findBlob,
  putBlob,
  readBlob,
  refuseArchived,
} from './find.ts';

type WriteOperations = Pick<MetadataStore, 'createBlob' | 'createSnapshot' | 'deleteBlob' | 'sealBlob'>;

/** Put Blob of all types, snapshots and deletions. */
export function writeOperations(stage: Stage): WriteOperations {
  const { store } = stage;
  const { blobs, parts } = store;

  /** The name of a snapshot that is made at a time: its tick of 100 ns, or the next one that is free. */
  const freeTime = (blob: StoredBlob, time: Date): string => {
    const first = toSnapshotTime(time.toISOString());
    for (let tick = Number(first.slice(-5, -1)); ; tick++) {
      const snapshot = `${first.slice(0, -5)}${String(tick).padStart(4, '0')}Z`;
      if (blobs.find(blob, blob, blob.name, snapshot) === undefined) return snapshot;
    }
  };

  return {
    async createBlob(context, blob, lease, conditions) {
      refuseBadName(context, blob.name);
      store.write(() => {
        const { accountName: account, containerName: container, name } = blob;
        const there = findBlob(stage, context, { account, container, blob: name });
        // A blob with staged blocks only does not exist yet (github.com/Azure/Azurite/issues/400).
        const isNew = there?.isCommitted !== true && conditions?.ifNoneMatch === '*';
        const { ifNoneMatch: _, ...others }: Conditions = conditions ?? {};
        validateWriteConditions(context, isNew ? others : conditions, there);
        if (!isNew && conditions?.ifNoneMatch === '*') throw errors.getBlobAlreadyExists(context.contextId);
        if (there !== undefined) {
          checkWriteLease(context, there, lease, blob);
          refuseArchived(context, there);
        }
        const stored = putBlob(stage, blob, there);
        if (there === undefined) return;
        parts.setBlocks(stored.id, []);
        // learn.microsoft.com/rest/api/storageservices/put-block: Put Blob discards staged blocks.
        parts.unstageAll(stored.id);
      });
      return await Promise.resolve(blob);
    },
    async createSnapshot(context, account, container, path, lease, metadata, conditions) {
      return await Promise.resolve(
        store.write(() => {
          const blob = readBlob(stage, context, { account, container, blob: path }, lease, conditions);
          refuseArchived(context, blob);
          const made: Blob = {
            ...blob,
            snapshot: freeTime(blob, context.startTime),
            metadata: metadata ?? blob.metadata,
            properties: {
              ...blob.properties,
              leaseState: undefined,
              leaseStatus: undefined,
              leaseDuration: undefined,
            },
            leaseId: undefined,
            leaseDurationSeconds: undefined,
            leaseExpireTime: undefined,
            leaseBreakTime: undefined,
          };
          const { parent, segment } = blob;
          parts.copy(blob.id, blobs.insert(made, { parent, segment }).id);
          return { properties: made.properties, snapshot: made.snapshot };
        }),
      );
    },
    async deleteBlob(context, account, container, path, options) {
      store.write(() => {
        const { snapshot, deleteSnapshots, leaseAccessConditions, modifiedAccessConditions } = options;
        const blob = findBlob(stage, context, { account, container, blob: path, snapshot });
        validateWriteConditions(context, modifiedAccessConditions, blob);
        if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
        if (blob.snapshot !== '' && deleteSnapshots !== undefined)
          throw errors.getInvalidOperation(context.contextId, 'Invalid operation against a blob snapshot.');
        new BlobWriteLeaseValidator(leaseAccessConditions).validate(new BlobLeaseAdapter(blob), context);
        if (blob.snapshot === '' && deleteSnapshots === undefined && blobs.hasSnapshots(blob))
          throw errors.getSnapshotsPresent(context.contextId);
        if (deleteSnapshots !== undefined) blobs.removeSnapshots(blob, blob);
        if (deleteSnapshots !== 'only') blobs.remove(blob.id);
      });
      await Promise.resolve();
    },
    async sealBlob(context, account, container, path, _snapshot, options) {
      return await Promise.resolve(
        store.write(() => {
          const { leaseAccessConditions, modifiedAccessConditions } = options;
          const address = { account, container, blob: path };
          const blob = changedBlob(stage, context, address, leaseAccessConditions, modifiedAccessConditions);
          if (blob.properties.blobType !== 'AppendBlob')
            throw errors.getBlobInvalidBlobType(context.contextId);
          blob.properties.isSealed = true;
          return touch(stage, blob, context.startTime);
        }),
      );
    },
  };
}

/** Gives a blob that changed a new ETag and time, and saves it. */
export function touch({ store }: Stage, blob: StoredBlob, time: Date): StoredBlob['properties'] {
  blob.properties.etag = newETag();
  blob.properties.lastModified = time;
  store.blobs.update(blob);
  return blob.properties;
}
