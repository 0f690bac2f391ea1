import type { RequestListener } from 'node:http';
import type { Accounts, AzuriteResponse, Context, Handler, MetadataStore } from '../azurite/azurite-model.ts';
import { BlobHandler, ContainerHandler, ServiceHandler, replaceHandlerMethod } from '../azurite/azurite.ts';
import { listPathProperties, adaptBlobApi } from './blob-view.ts';
import { openRecords } from './entry.ts';
import type { Lake } from './lake.ts';
import { Namespace } from './namespace.ts';
import { pathUrl } from './path-request.ts';
import { resolveNames } from './resolve-names.ts';
import { routes } from './routes.ts';
import { servePaths } from './serve-paths.ts';
import type { StorageMutation } from '../requests/storage-mutation.ts';
import type { Stores } from '../storage/stores/open-stores.ts';

/**
 * Makes the accounts of a storage hierarchical: the Data Lake API beside the Blob API on the same origin, with
 * directories, renames and access control lists, over the same stored documents.
 *
 * How it is built: namespace.ts holds the tree and says where a document is; resolve-names.ts makes Azurite ask it, so
 * that every Blob operation finds what a rename has moved; blob-view.ts is how that API differs on such accounts;
 * routes.ts names the operations of the Data Lake API, a file each.
 *
 * Nothing here may copy content for a rename, or do anything path by path that Azure does at once.
 * Not simulated: access checks (a key or SAS may do everything that its rights say, whatever access control lists and
 * sticky bits have it), bearer tokens, SAS of a directory; leases hold for writes through the Blob API, for creating and
 * deleting files, and for nothing else. Refused by name: operations on file systems and accounts, setting properties,
 * expiry, undelete, and all that the Blob API refuses.
 */

export interface DataLake {
  /** Puts the Data Lake API in front of a listener that answers the Blob API of the same stores. */
  serve(blobs: RequestListener): RequestListener;
}

export interface DataLakeOptions {
  readonly accounts: Accounts;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly onMutation?: ((mutation: StorageMutation) => void) | undefined;
}

/** Must come before the store's mutations are observed: those of the Data Lake API are reported here. */
export function openDataLake(
  { metadata, extents }: Stores,
  { accounts, origin, onMutation }: DataLakeOptions,
): DataLake {
  const records = openRecords(metadata.db);
  const namespace = new Namespace(records);
  resolveNames(metadata.db, namespace, records);
  listPathProperties();
  reportHierarchicalAccounts(metadata);
  adaptBlobApi(metadata, namespace, records);
  const lake: Lake = {
    namespace,
    records,
    extents,
    origin,
    createBlob: metadata.createBlob.bind(metadata),
    deleteBlob: metadata.deleteBlob.bind(metadata),
    report({ account, container, path, context }, change) {
      const clientRequestId = context.request.getHeader('x-ms-client-request-id');
      onMutation?.({
        account,
        container,
        path,
        ...(change.destinationUrl === undefined && { url: pathUrl(origin, account, container, path) }),
        requestId: context.contextId,
        ...(clientRequestId !== undefined && { clientRequestId }),
        time: new Date(),
        ...change,
      });
    },
  };
  return { serve: (blobs) => servePaths(lake, routes, metadata, accounts, blobs) };
}

const hierarchical = new WeakSet<MetadataStore>();
let isDone = false;

/** Lets Get Account Information say of this store's accounts that they are hierarchical. */
function reportHierarchicalAccounts(store: MetadataStore): void {
  hierarchical.add(store);
  // Handlers are one for all servers of the process.
  if (isDone) return;
  for (const handler of [BlobHandler, ContainerHandler, ServiceHandler])
    replaceHandlerMethod(handler, 'getAccountInfo', (original) => {
      const answer = original as (this: Handler, context: Context) => Promise<AzuriteResponse>;
      return async function getAccountInfo(this: Handler, context: Context) {
        const response = await answer.call(this, context);
        if (!hierarchical.has(this.metadataStore)) return response;
        // Azurite's answer has the kind for the service only; Azure's has it for containers and blobs too.
        context.response?.setHeader('x-ms-is-hns-enabled', 'true');
        return { ...response, isHierarchicalNamespaceEnabled: true };
      };
    });
  isDone = true;
}
