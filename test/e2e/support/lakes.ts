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

/** A request that fails is a failure of the test, or what the test waits for. */
export function connectLake({ accountName, accountKey, dfsEndpoint }: LocalAccount): DataLakeServiceClient {
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  return new DataLakeServiceClient(dfsEndpoint ?? '', credential, { retryOptions: { maxTries: 1 } });
}
