import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import { BACKUP, SOURCE } from '@blobmirror/local/connections';
import type { CopyOptions } from '../../src/azure/copy/copy-engine.ts';
import { toAccessControl } from '../../src/azure/lake/access-control.ts';
import type { Key } from '../../src/model/key.ts';
import type { TreeStoresUnderTest } from '../contract/tree-stores.ts';
import { startStoragePair, type StoragePair } from './storage-pair.ts';

export interface LakePair extends StoragePair, TreeStoresUnderTest {
  /** A user's client of the Data Lake API. */
  readonly users: Readonly<Record<'source' | 'backup', DataLakeServiceClient>>;
}

/** The ports on two hierarchical accounts of the embedded storage. */
export async function startLakePair(copyOptions: Partial<CopyOptions> = {}): Promise<LakePair> {
  const pair = await startStoragePair(copyOptions, { hierarchical: true });
  const users = {
    source: userOf(pair.connectionStrings.source, SOURCE),
    backup: userOf(pair.connectionStrings.backup, BACKUP),
  };
  const pathOf = (side: 'source' | 'backup', { container, path }: Key) =>
    users[side].getFileSystemClient(container).getDirectoryClient(path);

  const setAccess: LakePair['setAccess'] = async (side, key, { acl, owner, group }) => {
    await pathOf(side, key).setAccessControl(toAccessControl(acl), { owner, group });
  };
  return {
    ...pair,
    users,
    setAccess,
    makeDirectory: async (side, key, { metadata, access } = {}) => {
      await pathOf(side, key).create({ ...(metadata && { metadata: { ...metadata } }) });
      if (access !== undefined) await setAccess(side, key, access);
    },
    setRootAccess: async (side, container, { acl, owner, group }) => {
      const root = users[side].getFileSystemClient(container).getDirectoryClient('/');
      await root.setAccessControl(toAccessControl(acl), { owner, group });
    },
    rename: async (side, from, to) => {
      const encoded = to.path.split('/').map(encodeURIComponent).join('/');
      await pathOf(side, from).move(to.container, encoded);
    },
    removeDirectory: async (side, key) => {
      await pathOf(side, key).delete(true);
    },
    isInTrash: async (trashed) => await pathOf('backup', trashed).exists(),
  };
}

function userOf(
  connectionString: string,
  { name, key }: { readonly name: string; readonly key: string },
): DataLakeServiceClient {
  const endpoint = /BlobEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '';
  return new DataLakeServiceClient(endpoint, new StorageSharedKeyCredential(name, key), {
    retryOptions: { maxTries: 1 },
  });
}
