import type { Conditions, Context } from '../../azurite/azurite-model.ts';
import {
  BlobLeaseAdapter,
  BlobLeaseSyncer,
  BlobReadLeaseValidator,
  BlobWriteLeaseSyncer,
  BlobWriteLeaseValidator,
  LeaseFactory,
  errors,
  storageError,
  validateReadConditions,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import type { BlobAddress } from '../../azurite/azurite-stores.ts';
import { invalidQuery, unsupported } from '../../requests/unsupported-requests.ts';
import type { Blob, StoredBlob } from '../../store/blob.ts';
import type { Paths } from '../../store/flat-paths.ts';
import type { Store } from '../../store/open-store.ts';
import type { HistorySettings } from '../history-settings.ts';

/** What every operation works on. */
export interface Stage {
  readonly store: Store;
  readonly paths: Paths;
  readonly history: HistorySettings;
}

const VERSION_ID = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;

/** The version that a request names; undefined: the current one. @throws AzuriteError 400 */
export function versionOf({ history }: Stage, context: Context): string | undefined {
  const version = context.request.getQuery('versionid');
  if (version === undefined) return undefined;
  if (!history.isFlat) throw unsupported(context, 'query parameter', 'versionid', version);
  if (context.request.getQuery('snapshot') !== undefined)
    throw storageError(
      context,
      400,
      'MutuallyExclusiveQueryParameters',
      'The query parameters snapshot and versionid are mutually exclusive.',
    );
  if (!VERSION_ID.test(version)) throw invalidQuery(context, 'versionid', version);
  return version;
}

/** A blob, snapshot or version as it is stored; undefined when there is none, and no container. */
export function blobAt(
  { store, paths }: Pick<Stage, 'store' | 'paths'>,
  address: BlobAddress,
): StoredBlob | undefined {
  const { account, container, blob: path, snapshot, version } = address;
  const place = paths.find(account, container, path);
  if (place === undefined) return undefined;
  const known = { accountName: account, containerName: container };
  const blob = store.blobs.find(place, known, path, snapshot);
  if (version === undefined || blob?.version === version) return blob;
  return store.former.version(place, known, path, version);
}

/** @throws AzuriteError 404 */
export function checkContainer({ store }: Stage, context: Context, account: string, container: string): void {
  if (store.containers.root(account, container) === undefined)
    throw errors.getContainerNotFound(context.contextId);
}

/**
 * A blob or snapshot, its lease as it is at the time of the request; undefined when there is none.
 *
 * @throws AzuriteError 404 when there is no container
 */
export function findBlob(stage: Stage, context: Context, address: BlobAddress): StoredBlob | undefined {
  checkContainer(stage, context, address.account, address.container);
  const blob = blobAt(stage, address);
  if (blob?.snapshot === '' && blob.former === undefined) syncLease(blob, context);
  return blob;
}

/** A blob that is committed. @throws AzuriteError 404 */
export function committedBlob(stage: Stage, context: Context, address: BlobAddress): StoredBlob {
  const blob = findCommitted(stage, context, address);
  if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
  return blob;
}

function findCommitted(stage: Stage, context: Context, address: BlobAddress): StoredBlob | undefined {
  const blob = findBlob(stage, context, address);
  return blob?.isCommitted === true ? blob : undefined;
}

/** A blob for reading, its conditions and lease checked. @throws AzuriteError */
export function readBlob(
  stage: Stage,
  context: Context,
  address: BlobAddress,
  lease?: object,
  conditions?: Conditions,
): StoredBlob {
  const blob = findCommitted(stage, context, address);
  validateReadConditions(context, conditions, blob);
  if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
  new BlobReadLeaseValidator(lease).validate(new BlobLeaseAdapter(blob), context);
  return blob;
}

/** A blob for a change, its conditions and lease checked; a lease that is over is taken off. @throws AzuriteError */
export function changedBlob(
  stage: Stage,
  context: Context,
  address: BlobAddress,
  lease?: object,
  conditions?: Conditions,
): StoredBlob {
  const blob = findCommitted(stage, context, address);
  validateWriteConditions(context, conditions, blob);
  if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
  checkWriteLease(context, blob, lease);
  return blob;
}

/**
 * Checks that a request may write a blob that may be leased, and takes a lease that is over off the blob that is saved.
 *
 * @param lease the conditions of the request
 * @throws AzuriteError 412
 */
export function checkWriteLease(context: Context, blob: Blob, lease: object | undefined, saved = blob): void {
  const adapter = new BlobLeaseAdapter(blob);
  new BlobWriteLeaseValidator(lease).validate(adapter, context);
  new BlobWriteLeaseSyncer(saved).sync(adapter);
}

/** Sets a blob's lease to its state at the time of a request, since it may be over. */
export function syncLease(blob: Blob, context: Context): void {
  LeaseFactory.createLeaseState(new BlobLeaseAdapter(blob), context).sync(new BlobLeaseSyncer(blob));
}

/**
 * A blob in the archive tier can be deleted, moved to another tier, tagged and its properties read; any change gets
 * 409 (learn.microsoft.com/azure/storage/blobs/access-tiers-overview).
 */
export function refuseArchived(context: Context, blob: StoredBlob | undefined): void {
  if (blob?.isCommitted === true && blob.properties.accessTier === 'Archive')
    throw errors.getBlobArchived(context.contextId);
}

/**
 * Stores a blob in place of the one at its path, which keeps its id, or as a new one.
 *
 * @param there what is at the path, as it was found in this transaction
 */
export function putBlob({ store, paths }: Stage, blob: Blob, there: StoredBlob | undefined): StoredBlob {
  // There is no blob in place of a directory: `make` refuses it.
  if (there?.kind !== 'file')
    return store.blobs.insert(blob, paths.make(blob.accountName, blob.containerName, blob.name));
  const stored: StoredBlob = {
    ...blob,
    id: there.id,
    parent: there.parent,
    segment: there.segment,
    kind: there.kind,
    writer: blob.writer,
    access: blob.access ?? there.access,
  };
  store.blobs.update(stored);
  return stored;
}
