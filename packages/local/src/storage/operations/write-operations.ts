import type { Conditions, Context } from '../../azurite/azurite-model.ts';
import type { DeletedBlob, MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  BlobLeaseAdapter,
  BlobWriteLeaseValidator,
  errors,
  newETag,
  storageError,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import type { Blob, StoredBlob } from '../../store/blob.ts';
import { refuseDeletion } from './immutability.ts';
import { refuseBadName } from '../../requests/blob-names.ts';
import { invalidQuery, unsupported } from '../../requests/unsupported-requests.ts';
import { timeAfter } from '../../store/times.ts';
import {
  type Stage,
  changedBlob,
  checkContainer,
  checkWriteLease,
  findBlob,
  readBlob,
  refuseArchived,
  versionOf,
} from './find.ts';
import {
  deleteBlob,
  deletionOf,
  deleteSnapshots as deleteSnapshotsOf,
  keepState,
  replaceBlob,
} from './keep-history.ts';

type WriteOperations = Pick<
  MetadataStore,
  'createBlob' | 'createSnapshot' | 'deleteBlob' | 'undeleteBlob' | 'sealBlob'
>;

/** Put Blob of all types, snapshots and deletions. */
export function writeOperations(stage: Stage): WriteOperations {
  const { store, history } = stage;
  const { blobs, parts } = store;

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
        const stored = replaceBlob(stage, context, blob, there);
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
            snapshot: timeAfter(context.startTime.getTime(), store.former.lastSnapshot(blob)),
            version: undefined,
            policy: undefined,
            isHeld: undefined,
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
          if (history.keepsVersions(account)) {
            keepState(stage, context, blob);
            blobs.update(blob);
          }
          return { properties: made.properties, snapshot: made.snapshot };
        }),
      );
    },
    async deleteBlob(context, account, container, path, options) {
      const deleted = store.write((): DeletedBlob => {
        const { snapshot, deleteSnapshots, leaseAccessConditions, modifiedAccessConditions } = options;
        const version = versionOf(stage, context);
        if (version !== undefined && deleteSnapshots !== undefined)
          throw invalidQuery(context, 'versionid', version);
        const blob = findBlob(stage, context, { account, container, blob: path, snapshot, version });
        validateWriteConditions(context, modifiedAccessConditions, blob);
        if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
        if (blob.snapshot !== '' && deleteSnapshots !== undefined)
          throw errors.getInvalidOperation(context.contextId, 'Invalid operation against a blob snapshot.');
        if (version !== undefined && blob.former === undefined) throw currentVersion(context);
        // A deletion of the blob itself leaves it as a previous version.
        if (version !== undefined) refuseDeletion(stage, context, blob);
        new BlobWriteLeaseValidator(leaseAccessConditions).validate(new BlobLeaseAdapter(blob), context);
        const isBase = blob.snapshot === '' && blob.former === undefined;
        if (isBase && deleteSnapshots === undefined && blobs.hasSnapshots(blob))
          throw errors.getSnapshotsPresent(context.contextId);
        // A path of a hierarchical account goes with its snapshots, for good.
        if (deleteSnapshots === 'only' || (deleteSnapshots !== undefined && history.isFlat))
          deleteSnapshotsOf(stage, blob);
        return deleteSnapshots === 'only'
          ? { isGone: deletionOf(stage, account) === undefined }
          : deleteBlob(stage, blob);
      });
      context.response?.setHeader('x-ms-delete-type-permanent', String(deleted.isGone));
      return await Promise.resolve(deleted);
    },
    async undeleteBlob(context, account, container, path) {
      // Hierarchical accounts have an operation of their own.
      if (context.request.getHeader('x-ms-undelete-source') !== undefined)
        throw unsupported(context, 'header', 'x-ms-undelete-source');
      store.write(() => {
        checkContainer(stage, context, account, container);
        const now = history.now();
        const there = findBlob(stage, context, { account, container, blob: path });
        const place = there ?? stage.paths.find(account, container, path);
        const hasFormer = place !== undefined && store.former.hasAny(place, now);
        if (there?.isCommitted !== true && !hasFormer) throw errors.getBlobNotFound(context.contextId);
        if (!hasFormer) return;
        store.former.restore(place, now);
        const known = { accountName: account, containerName: container };
        const deleted = there === undefined && store.former.deletedBlob(place, known, path, now);
        if (deleted) store.former.restoreBlob(deleted);
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

/** A version that is the current one goes by a deletion of the blob. */
function currentVersion(context: Context): Error {
  return storageError(
    context,
    403,
    'OperationNotAllowedOnRootBlob',
    'The specified operation is not allowed on root blob.',
  );
}
