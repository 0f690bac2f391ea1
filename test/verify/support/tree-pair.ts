import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import {
  type DataLakeFileSystemClient,
  DataLakePathClient,
  DataLakeServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-file-datalake';
import { BACKUP, SOURCE, startStorage } from '@blobmirror/local';
import { createAzureAccountInspector } from '../../../src/azure/account-inspector.ts';
import { toAccessControl } from '../../../src/azure/lake/access-control.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { addStamp } from '../../../src/model/stamp.ts';
import type { AccountInspector } from '../../../src/ports/account-inspector.ts';

export const CONTAINER = 'lake';

type Account = typeof SOURCE | typeof BACKUP;

/** A container of one account, by both of its protocols. */
export class TreeSide {
  readonly blobs: ContainerClient;
  readonly files: DataLakeFileSystemClient;

  constructor(connectionString: string, { name, key }: Account, endpoint: string) {
    this.blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(CONTAINER);
    const credential = new StorageSharedKeyCredential(name, key);
    this.files = new DataLakeServiceClient(endpoint, credential).getFileSystemClient(CONTAINER);
  }

  async addFile(path: string, content = 'original', metadata = METADATA): Promise<void> {
    await this.blobs.getBlockBlobClient(path).upload(content, content.length, { metadata });
  }

  async addDirectory(path: string): Promise<void> {
    await this.files.getDirectoryClient(path).create({ metadata: METADATA });
  }

  async remove(path: string): Promise<void> {
    await this.files.getDirectoryClient(path).delete(true);
  }

  /** A file or a directory; the root of the container for an empty path. */
  path(path: string): DataLakePathClient {
    if (path === '') return this.files.getDirectoryClient('/');
    const { url } = this.files.getFileClient(path);
    return new DataLakePathClient(url, this.files.credential);
  }

  async setAccess(path: string, acl: string, owner = 'anna', group = 'staff'): Promise<void> {
    await this.path(path).setAccessControl(toAccessControl(acl), { owner, group });
  }
}

const METADATA: Record<string, string> = { Colour: 'red' };

export interface TreePair {
  readonly source: TreeSide;
  readonly backup: TreeSide;
  readonly inspectors: { readonly source: AccountInspector; readonly backup: AccountInspector };
  /** Every request of the inspectors so far: `backupaccount Blob_GetProperties`. */
  readonly requests: string[];
  /** Writes a file of the source to the backup, with its stamp. */
  copy(path: string): Promise<void>;
  stop(): Promise<void>;
}

/** Two hierarchical accounts that are mirrored by hand. */
export async function startTreePair(): Promise<TreePair> {
  const requests: string[] = [];
  const storage = await startStorage({
    port: 0,
    accounts: [SOURCE, BACKUP],
    hierarchical: true,
    onRequest: ({ account, operation, userAgent }) => {
      if (userAgent?.startsWith('blobmirror')) requests.push(`${account} ${operation}`);
    },
  });
  const [source, backup] = [SOURCE, BACKUP].map(
    (account) =>
      new TreeSide(storage.connectionString(account.name), account, storage.blobEndpoint(account.name)),
  );
  if (!source || !backup) throw new Error('two accounts have two sides');
  for (const { blobs } of [source, backup]) await blobs.create();
  const inspectorOf = ({ name }: Account) =>
    createAzureAccountInspector(connectAccount({ connectionString: storage.connectionString(name) }));

  return {
    source,
    backup,
    inspectors: { source: inspectorOf(SOURCE), backup: inspectorOf(BACKUP) },
    requests,
    copy: async (path) => {
      const blob = source.blobs.getBlobClient(path);
      const { etag, lastModified = new Date() } = await blob.getProperties();
      const stamp = { account: SOURCE.name, etag: parseEtag(etag), lastModified };
      const content = String(await blob.downloadToBuffer());
      await backup.addFile(path, content, { ...addStamp(METADATA, stamp) });
    },
    stop: async () => await storage.stop(),
  };
}
