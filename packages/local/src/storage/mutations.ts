import type { Context } from '../azurite/azurite-model.ts';
import type { MetadataStore } from '../azurite/azurite-stores.ts';
import type { BlobProperties, StoredBlob } from '../store/blob.ts';
import { type Stage, blobAt } from './operations/find.ts';
import type { StorageMutation } from '../requests/storage-mutation.ts';

/**
 * Reports every successful mutation once, after the store has it and whether or not the client still waits.
 * Only the metadata store sees all of them, including the parts of a batch.
 *
 * Not reported, as Azure raises no event for them: metadata, headers, tags, staged blocks, appends, pages,
 * leases, snapshots, versions and their deletion, containers and the blobs of a deleted one. `onMutation` must not
 * throw.
 */
export function observeMutations(
  stage: Stage,
  store: MetadataStore,
  origin: string,
  onMutation: (mutation: StorageMutation) => void,
): void {
  const report = (
    context: Context,
    api: StorageMutation['api'],
    properties: Partial<BlobProperties>,
    previousTier?: string,
  ) => {
    const mutation = toMutation(origin, context, api, properties, previousTier);
    onMutation({ ...mutation, time: new Date(stage.history.now()) });
  };
  const current = (account: string, container: string, blob: string): StoredBlob | undefined =>
    blobAt(stage, { account, container, blob });

  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob, ...rest) => {
    const result = await createBlob(context, blob, ...rest);
    report(context, 'PutBlob', blob.properties);
    return result;
  };

  const commitBlockList = store.commitBlockList.bind(store);
  store.commitBlockList = async (context, blob, ...rest) => {
    const result = await commitBlockList(context, blob, ...rest);
    // Only the stored document has the length, and another write may have replaced it by now.
    const { accountName, containerName, name, properties } = blob;
    const stored = current(accountName, containerName, name)?.properties;
    report(context, 'PutBlockList', stored?.etag === properties.etag ? stored : properties);
    return result;
  };

  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, ...rest) => {
      const properties = await copy(context, ...rest);
      report(context, 'CopyBlob', properties);
      return properties;
    };
  }

  const deleteBlob = store.deleteBlob.bind(store);
  store.deleteBlob = async (context, account, container, name, options) => {
    const { contentType, blobType } = current(account, container, name)?.properties ?? {};
    const result = await deleteBlob(context, account, container, name, options);
    const isVersion = context.request.getQuery('versionid') !== undefined;
    const blobStays =
      isVersion || Boolean(options.snapshot) || options.deleteSnapshots?.toLowerCase() === 'only';
    if (!blobStays) report(context, 'DeleteBlob', { contentType, ...(blobType ? { blobType } : {}) });
    return result;
  };

  const setTier = store.setTier.bind(store);
  store.setTier = async (context, account, container, name, ...rest) => {
    const previousTier = current(account, container, name)?.properties.accessTier;
    const result = await setTier(context, account, container, name, ...rest);
    if (context.request.getQuery('versionid') !== undefined) return result;
    report(context, 'SetBlobTier', current(account, container, name)?.properties ?? {}, previousTier);
    return result;
  };
}

function toMutation(
  origin: string,
  context: Context,
  api: StorageMutation['api'],
  properties: Partial<BlobProperties>,
  previousTier: string | undefined,
): Omit<StorageMutation, 'time'> {
  const { account, container, blob: path } = context.context;
  const { etag, contentType, contentLength, blobType, accessTier } = properties;
  const clientRequestId = context.request.getHeader('x-ms-client-request-id');
  return {
    account,
    container,
    path,
    api,
    ...(etag === undefined ? {} : { eTag: etag.replaceAll('"', '') }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentLength === undefined ? {} : { contentLength }),
    ...(blobType === undefined ? {} : { blobType }),
    ...(accessTier === undefined ? {} : { accessTier }),
    ...(previousTier === undefined ? {} : { previousTier }),
    url: `${origin}/${[account, container, ...path.split('/')].map(encodeURIComponent).join('/')}`,
    requestId: context.contextId,
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
  };
}
