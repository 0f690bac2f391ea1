import {
  BlobSASPermissions,
  BlobServiceClient,
  type BlobClient,
  type ContainerClient,
} from '@azure/storage-blob';
import { onTestFinished } from 'vitest';

import { accounts } from './accounts.ts';
import { type Storage, type StorageOptions, startStorage } from '../../src/start-storage.ts';
import type { StorageMutation } from '../../src/requests/storage-mutation.ts';
import type { StorageRequest } from '../../src/requests/storage-request.ts';

export interface TwoAccounts {
  readonly storage: Storage;
  readonly source: ContainerClient;
  readonly backup: ContainerClient;
  readonly mutations: StorageMutation[];
  readonly requests: StorageRequest[];
}

/** A running storage with the container `docs` in both accounts. It is stopped when the test ends. */
export async function startTwoAccounts(options: Partial<StorageOptions> = {}): Promise<TwoAccounts> {
  const mutations: StorageMutation[] = [];
  const requests: StorageRequest[] = [];
  const storage = await startStorage({
    port: 0,
    accounts,
    onMutation: (mutation) => mutations.push(mutation),
    onRequest: (request) => requests.push(request),
    ...options,
  });
  onTestFinished(() => storage.stop());
  const [source, backup] = ['sourceaccount', 'backupaccount'].map((account) =>
    BlobServiceClient.fromConnectionString(storage.connectionString(account)).getContainerClient('docs'),
  );
  if (!source || !backup) throw new Error('two accounts make two containers');
  await source.createIfNotExists();
  await backup.createIfNotExists();
  return { storage, source, backup, mutations, requests };
}

/** The URL of a blob with a SAS, with read permission by default. */
export function sasUrl(blob: BlobClient, permissions = 'r'): Promise<string> {
  return blob.generateSasUrl({
    permissions: BlobSASPermissions.parse(permissions),
    expiresOn: new Date(Date.now() + 3_600_000),
  });
}

/** The service's error for a call that must fail: `409 BlobAlreadyExists`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && 'code' in error)
      return `${String(error.statusCode)} ${String(error.code)}`;
    throw error;
  }
  return 'was not refused';
}
