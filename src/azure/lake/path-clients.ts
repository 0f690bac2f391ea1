import {
  type DataLakeDirectoryClient,
  type DataLakeFileSystemClient,
  DataLakeServiceClient,
} from '@azure/storage-file-datalake';
import { BlobmirrorError } from '../../model/errors.ts';
import { etagHeader, type Etag } from '../../model/etag.ts';
import { type ContainerName, type Key, keyText } from '../../model/key.ts';
import type { WriteCondition } from '../../ports/write-outcome.ts';
import type { Account } from '../account/connect-account.ts';
import { hasDotSegment, toConditions } from '../blob/blob-client.ts';

/** The Data Lake API of a hierarchical account. Its errors are the SDK's, for the caller to translate. */
export interface PathClients {
  /** For a file as well: the SDK's requests are the same for both. */
  path(key: Key): DataLakeDirectoryClient;
  fileSystem(container: ContainerName): DataLakeFileSystemClient;
  /**
   * The root directory of a container:
   * learn.microsoft.com/azure/storage/blobs/data-lake-storage-acl-javascript
   */
  root(container: ContainerName): DataLakeDirectoryClient;
  /** Renames a file or directory, under the ETag of its source and a condition on its target. */
  move(from: Key, to: Key, ifMatch: Etag, condition: WriteCondition): Promise<void>;
}

/**
 * The unmodified Data Lake client over the account's own pipeline. It derives the `dfs` endpoint from a host
 * name of Azure, and uses any other host for both APIs.
 */
export function createPathClients(account: Account): PathClients {
  const service = new DataLakeServiceClient(account.client.url, account.createPipeline());
  const fileSystem = (container: ContainerName): DataLakeFileSystemClient =>
    service.getFileSystemClient(container);

  function path(key: Key): DataLakeDirectoryClient {
    refuseDotSegments(key);
    return fileSystem(key.container).getDirectoryClient(key.path);
  }

  /** Hierarchical accounts have no such names, and the URL would name another path. */
  function refuseDotSegments(key: Key): void {
    if (!hasDotSegment(key.path)) return;
    throw new BlobmirrorError(
      'name-not-addressable',
      `no URL can name ${JSON.stringify(keyText(key))} on a hierarchical account`,
      { context: { account: account.name } },
    );
  }

  return {
    path,
    fileSystem,
    root: (container) => fileSystem(container).getDirectoryClient(''),
    move: async (from, to, ifMatch, condition) => {
      refuseDotSegments(to);
      // The SDK encodes every path but this one, and reads a question mark in it as the start of a query.
      const encoded = to.path.split('/').map(encodeURIComponent).join('/');
      const answer: object = await path(from).move(to.container, encoded, {
        conditions: { ifMatch: etagHeader(ifMatch) },
        destinationConditions: toConditions(condition),
      });
      // Only an account that is not hierarchical moves a tree in more than one step.
      if ('continuation' in answer && answer.continuation !== undefined)
        throw new Error('the service renamed only part of the directory');
    },
  };
}
