import {
  type DataLakeFileSystemClient,
  DataLakeServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-file-datalake';

import type { StorageOptions } from '../../src/start-storage.ts';
import { accounts } from './accounts.ts';
import { startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

export interface Lake extends TwoAccounts {
  /** The file system `docs` of the source account; `source` is the same container in the Blob API. */
  readonly files: DataLakeFileSystemClient;
  /** Writes a small file as the SDK does: create, append, flush. */
  readonly write: (path: string, content?: string) => Promise<void>;
  /** All paths in listing order, page by page. */
  readonly paths: (options?: { path?: string; recursive?: boolean; pageSize?: number }) => Promise<string[]>;
}

/** A running storage with hierarchical accounts. It is stopped when the test ends. */
export async function startLake(options: Partial<StorageOptions> = {}): Promise<Lake> {
  const two = await startTwoAccounts({ hierarchical: true, ...options });
  const files = serviceOf(two).getFileSystemClient('docs');
  return {
    ...two,
    files,
    async write(path, content = 'hello') {
      await files.getFileClient(path).upload(Buffer.from(content));
    },
    async paths({ path = '', recursive = true, pageSize = 5000 } = {}) {
      const names: string[] = [];
      const pages = files.listPaths({ path, recursive }).byPage({ maxPageSize: pageSize });
      for await (const page of pages) names.push(...(page.pathItems ?? []).map(({ name = '' }) => name));
      return names;
    },
  };
}

export function serviceOf({ storage }: Pick<TwoAccounts, 'storage'>): DataLakeServiceClient {
  const credential = new StorageSharedKeyCredential('sourceaccount', accounts[0]?.key ?? '');
  return new DataLakeServiceClient(storage.blobEndpoint('sourceaccount'), credential, {
    retryOptions: { maxTries: 1 },
  });
}
