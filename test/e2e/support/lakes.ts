import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import type { LocalAccount } from '@blobmirror/local/connections';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { type Accounts, connectAccounts } from './start-environment.ts';

/** Two hierarchical accounts, as a client of either API sees them. */
export interface Lakes {
  readonly source: DataLakeServiceClient;
  readonly backup: DataLakeServiceClient;
  readonly blobs: Accounts;
}

export function connectLakes(info: Pick<ReadyFile, 'source' | 'backup'>): Lakes {
  return { source: connectLake(info.source), backup: connectLake(info.backup), blobs: connectAccounts(info) };
}

/** A failed request fails the test, or its wait; so it is not retried. */
export function connectLake({ accountName, accountKey, dfsEndpoint }: LocalAccount): DataLakeServiceClient {
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  return new DataLakeServiceClient(dfsEndpoint ?? '', credential, { retryOptions: { maxTries: 1 } });
}
