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
import type { RequestListener } from 'node:http';
import type { Accounts } from '../storage/azurite-model.ts';
import type { Stores } from '../storage/open-stores.ts';
import type { StorageMutation } from '../storage-mutation.ts';
import { tellAccountKind } from './account-info.ts';
import { listPathProperties, showAsBlobs } from './blob-view.ts';
import type { Lake } from './lake.ts';
import { Namespace } from './namespace.ts';
import { pathUrl } from './path-url.ts';
import { openRecords } from './records.ts';
import { resolveNames } from './resolve-names.ts';
import { routes } from './routes.ts';
import { servePaths } from './serve-paths.ts';

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
  tellAccountKind(metadata);
  showAsBlobs(metadata, namespace, records);
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
