import { BlobServiceClient } from '@azure/storage-blob';
import { BACKUP, type HistoryOptions, SOURCE, startStorage, type StorageRequest } from '@blobmirror/local';
import { createAzureBackupStore } from '../../src/azure/backup-store.ts';
import { createAzureBlobReader } from '../../src/azure/blob-reader.ts';
import type { CopyOptions } from '../../src/azure/copy/copy-engine.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import type { MemoryBlob } from '../memory/memory-account.ts';
import type { Key } from '../../src/model/key.ts';
import type { StoresUnderTest } from '../contract/stores.ts';

export interface StoragePair extends StoresUnderTest {
  /**
   * Every request of the ports so far, oldest first: `backupaccount BlockBlob_PutBlobFromUrl`. Without those
   * of the tests.
   */
  readonly requests: string[];
  readonly connectionStrings: { readonly source: string; readonly backup: string };
}

/** The ports on two real accounts of the embedded storage, flat unless `hierarchical`. */
export async function startStoragePair(
  copyOptions: Partial<CopyOptions> = {},
  {
    hierarchical = false,
    backupHistory = {},
  }: { hierarchical?: boolean; backupHistory?: HistoryOptions } = {},
): Promise<StoragePair> {
  const requests: string[] = [];
  const onRequest = ({ account, operation, userAgent }: StorageRequest): void => {
    if (userAgent?.startsWith('blobmirror')) requests.push(`${account} ${operation}`);
  };
  const accountsOf = [SOURCE, { ...BACKUP, ...backupHistory }];
  const storage = await startStorage({ port: 0, accounts: accountsOf, hierarchical, onRequest });
  const connectionStrings = {
    source: storage.connectionString(SOURCE.name),
    backup: storage.connectionString(BACKUP.name),
  };
  const accounts = {
    source: connectAccount({ connectionString: connectionStrings.source }),
    backup: connectAccount({ connectionString: connectionStrings.backup }),
  };
  const users = {
    source: BlobServiceClient.fromConnectionString(connectionStrings.source),
    backup: BlobServiceClient.fromConnectionString(connectionStrings.backup),
  };
  const blobOf = (side: 'source' | 'backup', key: Key) =>
    users[side].getContainerClient(key.container).getBlobClient(key.path);

  return {
    requests,
    connectionStrings,
    source: createAzureBlobReader(accounts.source),
    backup: createAzureBackupStore(accounts.backup, accounts.source, copyOptions),
    put: async (side, key, blob) => {
      await users[side].getContainerClient(key.container).createIfNotExists();
      await put(blobOf(side, key), blob);
    },
    remove: async (side, key) => {
      await blobOf(side, key).delete();
    },
    snapshot: async (side, key) => {
      await blobOf(side, key).createSnapshot();
    },
    removeSnapshots: async (side, key) => {
      await blobOf(side, key).delete({ deleteSnapshots: 'only' });
    },
    content: async (side, key) => {
      const blob = blobOf(side, key);
      return (await blob.exists()) ? (await blob.downloadToBuffer()).toString() : undefined;
    },
    addContainer: async (side, container) => {
      await users[side].getContainerClient(container).createIfNotExists();
    },
    stop: async () => await storage.stop(),
  };
}

async function put(
  client: ReturnType<ReturnType<BlobServiceClient['getContainerClient']>['getBlobClient']>,
  blob: MemoryBlob,
): Promise<void> {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } =
    blob.headers ?? {};
  const options = {
    metadata: { ...blob.metadata },
    blobHTTPHeaders: {
      ...(contentType !== undefined && { blobContentType: contentType }),
      ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
      ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
      ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
      ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
    },
  };
  if (blob.kind === 'append') {
    await client.getAppendBlobClient().create(options);
    await client.getAppendBlobClient().appendBlock(blob.content, blob.content.length);
    return;
  }
  await client.getBlockBlobClient().upload(blob.content, Buffer.byteLength(blob.content), options);
  if (blob.archived === true) await client.setAccessTier('Archive');
}
