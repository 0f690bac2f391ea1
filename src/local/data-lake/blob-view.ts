import { listedProperties } from '../storage/azurite.js';
import type { Context, MetadataStore } from '../storage/azurite-model.js';
import { storageError } from '../storage/storage-error.js';
import { toPermissions } from './permissions.js';
import { type Node, isDirectory } from './entry.js';
import { listBlobs } from './list-blobs.js';
import { type Namespace, PathConflict } from './namespace.js';
import type { Records } from './records.js';

const longestPage = 5000;

/**
 * The Blob API of a hierarchical account, where it differs from a flat one: directories are blobs without content,
 * listed in the order of the tree, replaced by nothing and deleted only when empty; tags and page blobs are not there;
 * blocks cannot be added to what the Data Lake API wrote (learn.microsoft.com/azure/storage/blobs/
 * data-lake-storage-known-issues). The status codes are Azure's; the error codes of the last three are inferred.
 */
export function showAsBlobs(store: MetadataStore, namespace: Namespace, records: Records): void {
  const nodeOf = ({ context }: Context): Node | undefined =>
    namespace.find(context.account, context.container, context.blob);
  showDirectories(store, nodeOf);
  refuseWrites(store, nodeOf);
  refuseTags(store);

  store.listBlobs = async (context, account, container, delimiter, _blob, prefix, ...rest) => {
    const [maxResults, marker, snapshots, uncommitted, startFrom] = rest;
    await store.checkContainerExist(context, account, container);
    if (delimiter !== undefined && delimiter !== '/')
      throw storageError(context, 400, 'InvalidQueryParameterValue', 'The delimiter can only be a slash.');
    const page = listBlobs(namespace, records, account, container, {
      prefix: prefix ?? '',
      hierarchical: delimiter !== undefined,
      maxResults: maxResults ?? longestPage,
      marker: marker ?? '',
      startFrom,
      snapshots: snapshots === true,
      uncommitted: uncommitted === true,
    });
    return [page.blobs, page.prefixes, page.marker];
  };
}

/** Azurite's listings leave out what they do not know. Once per process; flat accounts' blobs have no such property. */
export function listResourceTypes(): void {
  const name = 'ResourceType';
  listedProperties.type.modelProperties['resourceType'] = {
    xmlName: name,
    serializedName: name,
    type: { name: 'String' },
  };
}

function showDirectories(store: MetadataStore, nodeOf: (context: Context) => Node | undefined): void {
  const show = (context: Context) => {
    const entry = nodeOf(context)?.document.entry;
    if (entry === undefined) return;
    const { kind, owner, group, acl } = entry;
    const facts = { 'resource-type': kind, owner, group, permissions: toPermissions(acl), acl };
    for (const [name, value] of Object.entries(facts)) context.response?.setHeader(`x-ms-${name}`, value);
  };
  const getBlobProperties = store.getBlobProperties.bind(store);
  store.getBlobProperties = async (context, ...rest) => {
    const properties = await getBlobProperties(context, ...rest);
    show(context);
    return properties;
  };
  const downloadBlob = store.downloadBlob.bind(store);
  store.downloadBlob = async (context, ...rest) => {
    const blob = await downloadBlob(context, ...rest);
    show(context);
    return blob;
  };
  const setBlobMetadata = store.setBlobMetadata.bind(store);
  store.setBlobMetadata = async (context, account, container, blob, lease, metadata, ...rest) => {
    const node = nodeOf(context);
    const kept = node && isDirectory(node) ? { ...metadata, hdi_isfolder: 'true' } : metadata;
    return setBlobMetadata(context, account, container, blob, lease, kept, ...rest);
  };
  const getBlockList = store.getBlockList.bind(store);
  store.getBlockList = async (context, ...rest) => {
    const blocks = await getBlockList(context, ...rest);
    if (nodeOf(context)?.document.entry.writer !== 'path') return blocks;
    return { ...blocks, uncommittedBlocks: [], committedBlocks: [] };
  };
}

function refuseWrites(store: MetadataStore, nodeOf: (context: Context) => Node | undefined): void {
  /** Lets a write pass that leaves directories alone, and says what one that met a directory or file on its way met. */
  const guarded = async <Result>(context: Context, write: () => Promise<Result>): Promise<Result> => {
    try {
      const node = nodeOf(context);
      if (node && isDirectory(node)) throw new PathConflict();
      return await write();
    } catch (error) {
      throw error instanceof PathConflict ? typeMismatch(context) : error;
    }
  };
  const blocks = async <Result>(context: Context, write: () => Promise<Result>): Promise<Result> => {
    const { kind, writer } = nodeOf(context)?.document.entry ?? {};
    if (kind === 'file' && writer === 'path')
      throw storageError(context, 409, 'InvalidBlobType', 'The blob type is invalid for this operation.');
    return guarded(context, write);
  };

  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob, ...rest) => {
    if (blob.properties.blobType === 'PageBlob') throw notSupported(context, 'Page blobs are');
    if (blob.blobTags !== undefined) throw notSupported(context, 'Blob tags are');
    return guarded(context, () => createBlob(context, blob, ...rest));
  };
  const stageBlock = store.stageBlock.bind(store);
  store.stageBlock = async (context, ...rest) => blocks(context, () => stageBlock(context, ...rest));
  const commitBlockList = store.commitBlockList.bind(store);
  store.commitBlockList = async (context, blob, ...rest) => {
    if (blob.blobTags !== undefined) throw notSupported(context, 'Blob tags are');
    return blocks(context, () => commitBlockList(context, blob, ...rest));
  };
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, ...rest) => guarded(context, () => copy(context, ...rest));
  }
  const deleteBlob = store.deleteBlob.bind(store);
  store.deleteBlob = async (context, ...rest) => {
    const node = nodeOf(context);
    if (node && isDirectory(node) && node.children.size > 0)
      throw storageError(
        context,
        409,
        'DirectoryIsNotEmpty',
        'This operation is not permitted on a non-empty directory.',
      );
    return deleteBlob(context, ...rest);
  };
}

function refuseTags(store: MetadataStore): void {
  const refuse = (context: Context) => Promise.reject(notSupported(context, 'Blob tags are'));
  store.setBlobTag = refuse;
  store.getBlobTag = refuse;
  store.filterBlobs = refuse;
}

function typeMismatch(context: Context) {
  return storageError(
    context,
    409,
    'ResourceTypeMismatch',
    'The specified resource type does not match the type of the existing resource.',
  );
}

function notSupported(context: Context, what: string) {
  return storageError(
    context,
    409,
    'FeatureNotYetSupportedForHierarchicalNamespaceAccounts',
    `${what} not yet supported for hierarchical namespace accounts.`,
  );
}
