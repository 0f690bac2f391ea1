import type { Context } from '../../azurite/azurite-model.ts';
import type { DeletedBlob } from '../../azurite/azurite-stores.ts';
import { errors } from '../../azurite/azurite.ts';
import type { Blob, StoredBlob } from '../../store/blob.ts';
import type { Place } from '../../store/blobs.ts';
import type { Deletion } from '../../store/former-blobs.ts';
import { timeAfter, toTime } from '../../store/times.ts';
import { DAY_MS } from '../history-settings.ts';
import { type Stage, putBlob } from './find.ts';
import { protect } from './immutability.ts';

/**
 * What stays of a blob that is overwritten, changed or deleted, by the settings of its account:
 * learn.microsoft.com/azure/storage/blobs/versioning-overview and soft-delete-blob-overview.
 *
 * - With versions, the current one becomes a previous one. That is so for a blob that is a version in an account
 *   that keeps versions no longer, too.
 * - Without, soft delete keeps a deleted blob, and what was overwritten as a deleted snapshot.
 *
 * Each function is part of the caller's transaction.
 */

/** Tells the client which version it has read or written. */
export function tellVersion({ response }: Context, { version, former }: Blob, isRead = false): void {
  if (version === undefined) return;
  response?.setHeader('x-ms-version-id', version);
  if (isRead && former === undefined) response?.setHeader('x-ms-is-current-version', 'true');
}

/** Stores a blob in place of the one that is there, which stays as history where there is one. */
export function replaceBlob(
  stage: Stage,
  context: Context,
  blob: Blob,
  there: StoredBlob | undefined,
): StoredBlob {
  const { store, paths, history } = stage;
  if (!history.isFlat) return putBlob(stage, blob, there);
  const place = there ?? paths.find(blob.accountName, blob.containerName, blob.name);
  const hasFormer = place !== undefined && store.former.hasAny(place, history.now());
  if (place !== undefined) refuseOtherType(stage, context, place, there, blob, hasFormer);
  const isKept = there?.isCommitted === true && keepOverwritten(stage, there);
  if (hasFormer && there?.isCommitted !== true) settleDeleted(stage, place, blob);
  protect(stage, context, blob);
  assignVersion(stage, blob, place, there?.version);
  tellVersion(context, blob);
  return putBlob(stage, blob, isKept ? undefined : there);
}

/** Keeps the state of a blob before its metadata change, or at a snapshot. The blob has yet to be saved. */
export function keepState(stage: Stage, context: Context, blob: StoredBlob): void {
  const { store, history } = stage;
  if (!history.keepsVersions(blob.accountName) && blob.version === undefined) return;
  const { parent, segment } = blob;
  const {
    leaseId: _id,
    leaseDurationSeconds: _seconds,
    leaseExpireTime: _expires,
    leaseBreakTime: _break,
    ...kept
  } = blob;
  const {
    leaseState: _state,
    leaseStatus: _status,
    leaseDuration: _duration,
    ...properties
  } = blob.properties;
  const version = versionToKeep(stage, blob);
  const state = store.blobs.insert({ ...kept, properties, former: 'version', version }, { parent, segment });
  store.parts.copy(blob.id, state.id);
  assignVersion(stage, blob, blob, version);
  tellVersion(context, blob);
}

/**
 * Deletes a blob, snapshot or version; of a hierarchical account, a file or directory with all below it. Soft delete is
 * not there for the snapshots of such an account.
 */
export function deleteBlob(stage: Stage, blob: StoredBlob): DeletedBlob {
  const { store, history } = stage;
  if (!history.isFlat) return deletePath(stage, blob);
  const isCurrent = blob.snapshot === '' && blob.former === undefined;
  const isVersion = history.keepsVersions(blob.accountName) || blob.version !== undefined;
  const deletion = deletionOf(stage, blob.accountName);
  if (blob.isCommitted && isCurrent && isVersion) {
    store.former.retire(blob, { state: 'version', version: versionToKeep(stage, blob) });
    store.parts.unstageAll(blob.id);
  } else if (blob.isCommitted && deletion !== undefined) {
    store.former.retire(blob, { state: 'deleted', ...deletion });
    store.parts.unstageAll(blob.id);
  } else {
    store.blobs.remove(blob.id);
    return { isGone: true };
  }
  return { isGone: false };
}

function deletePath({ store, history }: Stage, blob: StoredBlob): DeletedBlob {
  const root = store.containers.root(blob.accountName, blob.containerName);
  const deletion = deletionOf({ history }, blob.accountName);
  const isKept = blob.snapshot === '' && blob.isCommitted && !store.blobs.hasSnapshots(blob);
  if (isKept && deletion !== undefined && root !== undefined) {
    store.parts.unstageAll(blob.id);
    return { isGone: false, deletionId: store.deletedPaths.retire(root, blob, deletion) };
  }
  if (blob.snapshot === '') store.blobs.removeSnapshots(blob, blob);
  if (blob.kind === 'directory') store.blobs.discard(blob.id);
  else store.blobs.remove(blob.id);
  return { isGone: true };
}

export function deleteSnapshots(stage: Stage, blob: StoredBlob): void {
  const { store, history } = stage;
  const deletion = history.isFlat ? deletionOf(stage, blob.accountName) : undefined;
  if (deletion === undefined) store.blobs.removeSnapshots(blob, blob);
  else store.former.deleteSnapshots(blob, deletion);
}

/** When something that is deleted now goes for good; undefined: at once. */
export function deletionOf({ history }: Pick<Stage, 'history'>, account: string): Deletion | undefined {
  const days = history.blobRetention(account);
  const now = history.now();
  return days === undefined ? undefined : { deletedAt: now, expiresAt: now + days * DAY_MS };
}

/**
 * A new blob takes the place of a deleted one: that becomes a deleted snapshot when both are of one type, and goes
 * for good with its snapshots otherwise.
 */
export function settleDeleted({ store, history }: Stage, place: Place, blob: Blob): void {
  const { former } = store;
  const now = history.now();
  const deleted = former.deletedBlob(place, blob, blob.name, now);
  if (deleted?.deletedAt === undefined || deleted.expiresAt === undefined) return;
  const { deletedAt, expiresAt } = deleted;
  if (deleted.properties.blobType === blob.properties.blobType)
    former.retire(deleted, {
      state: 'deleted',
      snapshot: timeAfter(now, former.lastSnapshot(place)),
      deletedAt,
      expiresAt,
    });
  else former.removeDeleted(place);
}

/**
 * All versions of a name are of one type. The code is that of a blob of another type: Azure documents the rule and
 * not the answer. That deleted versions count until they are gone is inferred.
 */
function refuseOtherType(
  { store, history }: Stage,
  context: Context,
  place: Place,
  there: StoredBlob | undefined,
  { accountName, properties: { blobType = '' } }: Blob,
  hasFormer: boolean,
): void {
  const becomesVersion =
    there?.isCommitted === true && (history.keepsVersions(accountName) || there.version !== undefined);
  const isOther = becomesVersion && there.properties.blobType !== blobType;
  if (isOther || (hasFormer && store.former.hasVersionsOfOtherType(place, blobType, history.now())))
    throw errors.getBlobInvalidBlobType(context.contextId);
}

/** Whether the overwritten blob keeps its row, so that the new one needs a row of its own. */
function keepOverwritten(stage: Stage, there: StoredBlob): boolean {
  const { store, history } = stage;
  const deletion = deletionOf(stage, there.accountName);
  if (history.keepsVersions(there.accountName) || there.version !== undefined)
    store.former.retire(there, { state: 'version', version: versionToKeep(stage, there) });
  else if (deletion !== undefined) {
    const snapshot = timeAfter(history.now(), store.former.lastSnapshot(there));
    store.former.retire(there, { state: 'deleted', snapshot, ...deletion });
  } else return false;
  store.parts.unstageAll(there.id);
  return true;
}

/** The id of the version that a current blob becomes: one that is older than the versioning has the time of its creation. */
function versionToKeep({ store }: Stage, blob: StoredBlob): string {
  if (blob.version !== undefined) return blob.version;
  const { creationTime, lastModified } = blob.properties;
  const ms = (creationTime ?? lastModified).getTime();
  let version = toTime(ms);
  while (store.former.version(blob, blob, blob.name, version) !== undefined) version = timeAfter(ms, version);
  return version;
}

/** Gives a blob that is written the id of a new version, behind all others of its name, or none. */
function assignVersion({ store, history }: Stage, blob: Blob, place: Place | undefined, last?: string): void {
  if (!history.keepsVersions(blob.accountName)) {
    blob.version = undefined;
    return;
  }
  const newest = last ?? (place === undefined ? '' : store.former.lastVersion(place));
  blob.version = timeAfter(history.now(), newest);
}
