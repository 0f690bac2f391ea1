import { listedProperties, storageError } from '../azurite/azurite.ts';
import type { Context } from '../azurite/azurite-model.ts';
import type { MetadataStore } from '../azurite/azurite-stores.ts';
import { invalidQuery } from '../requests/unsupported-requests.ts';
import { type Stage, syncLease } from '../storage/operations/find.ts';
import { listDeletedPaths, undeletePath } from './deleted-paths.ts';
import { guardBlobWrites, notSupported, withTypeMismatch } from './blob-writes.ts';
import { accessHeaders } from './path-properties.ts';
import { type BlobListing, listBlobs } from './list-blobs.ts';
import type { Namespace, Node } from './namespace.ts';
import { fromContinuation } from './walk.ts';

const longestPage = 5000;

/**
 * The Blob API of a hierarchical account, where it differs from a flat one: directories are blobs without
 * content, are listed in the order of the tree, cannot be overwritten and can be deleted only when empty;
 * there are no tags and no page blobs; blocks cannot be added to files that the Data Lake API wrote
 * (learn.microsoft.com/azure/storage/blobs/data-lake-storage-known-issues). The status codes are Azure's; the
 * error codes of the last three are inferred.
 */
export function adaptBlobApi(store: MetadataStore, stage: Stage, namespace: Namespace): void {
  const { store: rows } = stage;
  const nodeOf = ({ context }: Context): Node | undefined =>
    namespace.node(context.account, context.container, context.blob);
  showDirectories(store, nodeOf);
  guardBlobWrites(store, rows, namespace, nodeOf);
  refuseTags(store);
  store.undeleteBlob = async (context) => {
    undeletePath(stage, namespace, context);
    await Promise.resolve();
  };

  store.listBlobs = async (context, account, container, delimiter, _blob, prefix, ...rest) => {
    const [maxResults, marker, snapshots, uncommitted, startFrom] = rest;
    await store.checkContainerExist(context, account, container);
    if (delimiter !== undefined && delimiter !== '/')
      throw storageError(context, 400, 'InvalidQueryParameterValue', 'The delimiter can only be a slash.');
    const showOnly = context.request.getQuery('showonly') ?? 'all';
    if (showOnly === 'deleted')
      return listDeletedPaths(stage, context, {
        account,
        container,
        prefix: prefix ?? '',
        delimiter,
        maxResults: maxResults ?? longestPage,
        marker: marker ?? '',
      });
    const kinds = shownOnly.get(showOnly);
    if (kinds === undefined) throw invalidQuery(context, 'showonly', showOnly);
    const after = marker ? fromContinuation(marker) : undefined;
    if (marker && after === undefined) throw invalidQuery(context, 'marker', marker);
    const list = () =>
      listBlobs(namespace, rows.listing, account, container, {
        prefix: prefix ?? '',
        hierarchical: delimiter !== undefined,
        maxResults: maxResults ?? longestPage,
        after,
        startFrom,
        snapshots: snapshots === true,
        uncommitted: uncommitted === true,
        permissions: (context.request.getQuery('include') ?? '').split(',').includes('permissions'),
        kinds,
      });
    // Azure documents that it fails; the code is inferred.
    const page = await withTypeMismatch(context, list);
    for (const listed of page.blobs)
      if (listed.properties.leaseState !== 'available') syncLease(listed, context);
    return [page.blobs, page.prefixes, page.marker];
  };
}

/** Filters a listing by `showonly`, which is `deleted` also. */
const shownOnly = new Map<string, BlobListing['kinds']>([
  ['all', ['file', 'directory']],
  ['files', ['file']],
  ['directories', ['directory']],
]);

/**
 * Azurite's listings omit properties that it does not know. Once per process; blobs of flat accounts lack
 * these properties.
 */
export function listPathProperties(): void {
  for (const name of ['ResourceType', 'Owner', 'Group', 'Permissions', 'Acl'])
    listedProperties.type.modelProperties[`${name[0]?.toLowerCase()}${name.slice(1)}`] = {
      xmlName: name,
      serializedName: name,
      type: { name: 'String' },
    };
}

function showDirectories(store: MetadataStore, nodeOf: (context: Context) => Node | undefined): void {
  const show = (context: Context) => {
    const node = nodeOf(context);
    if (node === undefined) return;
    const { kind, access } = node;
    const { request, response } = context;
    const version = request.getHeader('x-ms-version') ?? request.getQuery('sv') ?? '';
    const headers = {
      'x-ms-resource-type': kind,
      ...accessHeaders(access),
      ...(version >= '2023-11-03' && { 'x-ms-acl': access.acl }),
    };
    for (const [name, value] of Object.entries(headers)) response?.setHeader(name, value);
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
    const kept = nodeOf(context)?.kind === 'directory' ? { ...metadata, hdi_isfolder: 'true' } : metadata;
    return setBlobMetadata(context, account, container, blob, lease, kept, ...rest);
  };
  const getBlockList = store.getBlockList.bind(store);
  store.getBlockList = async (context, ...rest) => {
    const blocks = await getBlockList(context, ...rest);
    if (nodeOf(context)?.writer !== 'path') return blocks;
    return { ...blocks, uncommittedBlocks: [], committedBlocks: [] };
  };
}

function refuseTags(store: MetadataStore): void {
  const refuse = (context: Context) => Promise.reject(notSupported(context, 'Blob tags are'));
  store.setBlobTag = refuse;
  store.getBlobTag = refuse;
  store.filterBlobs = refuse;
}
