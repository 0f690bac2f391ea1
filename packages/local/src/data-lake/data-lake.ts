import type { RequestListener } from 'node:http';
import type { Accounts, AzuriteResponse, Context } from '../azurite/azurite-model.ts';
import type { ExtentStore, MetadataStore, Handler } from '../azurite/azurite-stores.ts';
import { BlobHandler, ContainerHandler, ServiceHandler, replaceHandlerMethod } from '../azurite/azurite.ts';
import { listPathProperties, adaptBlobApi } from './blob-view.ts';
import type { Lake } from './lake.ts';
import type { Namespace } from './namespace.ts';
import { pathUrl } from './path-request.ts';
import { routes } from './routes.ts';
import { servePaths } from './serve-paths.ts';
import type { StorageMutation } from '../requests/storage-mutation.ts';
import type { HistorySettings } from '../storage/history-settings.ts';
import type { Store } from '../store/open-store.ts';

/**
 * Makes the accounts of a storage hierarchical: serves the Data Lake API beside the Blob API on the same
 * origin, with directories, renames and access control lists, over the same rows.
 *
 * How it is built: namespace.ts turns paths into places, for the operations of both APIs, so that each finds what a
 * rename has moved; walk.ts reads the tree in its order; blob-view.ts has the differences of the Blob API on such
 * accounts; routes.ts lists the operations of the Data Lake API, one file each.
 *
 * A rename must not copy content, and nothing may work path by path that Azure does in one step.
 * Not simulated: access checks (a key or SAS grants all its rights, whatever access control lists and sticky
 * bits say), bearer tokens, SAS of a directory; leases are enforced only for writes through the Blob API and
 * for creating and deleting files. Refused by name: operations on file systems and accounts, setting
 * properties, expiry, and all that the Blob API refuses.
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

export interface DataLakeStores {
  readonly store: Store;
  /** The paths with which the Blob API's operations work. */
  readonly namespace: Namespace;
  readonly history: HistorySettings;
  readonly metadata: MetadataStore;
  readonly extents: ExtentStore;
}

/** Call before the store's mutations are observed: those of the Data Lake API are reported here. */
export function openDataLake(
  { store, namespace, history, metadata, extents }: DataLakeStores,
  { accounts, origin, onMutation }: DataLakeOptions,
): DataLake {
  listPathProperties();
  reportHierarchicalAccounts(metadata);
  adaptBlobApi(metadata, { store, paths: namespace, history }, namespace);
  const lake: Lake = {
    store,
    namespace,
    history,
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
        time: new Date(history.now()),
        ...change,
      });
    },
  };
  return { serve: (blobs) => servePaths(lake, routes, metadata, accounts, blobs) };
}

const hierarchical = new WeakSet<MetadataStore>();
let isDone = false;

/** Makes Get Account Information report this store's accounts as hierarchical. */
function reportHierarchicalAccounts(store: MetadataStore): void {
  hierarchical.add(store);
  // Azurite shares handlers between all servers of the process.
  if (isDone) return;
  for (const handler of [BlobHandler, ContainerHandler, ServiceHandler])
    replaceHandlerMethod(handler, 'getAccountInfo', (original) => {
      const answer = original as (this: Handler, context: Context) => Promise<AzuriteResponse>;
      return async function getAccountInfo(this: Handler, context: Context) {
        const response = await answer.call(this, context);
        if (!hierarchical.has(this.metadataStore)) return response;
        // Azurite reports the kind for the service only; Azure also for containers and blobs.
        context.response?.setHeader('x-ms-is-hns-enabled', 'true');
        return { ...response, isHierarchicalNamespaceEnabled: true };
      };
    });
  isDone = true;
}
