import type { LocalConnections } from '@blobmirror/local/connections';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import type { Route, SyncTool } from '../sync/sync-tools.ts';

/** How a sync ended. */
interface Ended {
  /** Whether it says that all is well. */
  readonly isContent: boolean;
  /** Whether it speaks of what it left out. */
  readonly tells: (path: string) => boolean;
}

/** Makes a container of the backup like its source. */
export type Sync = (tool: SyncTool, route: Route) => Promise<Ended>;

/** A container of its own on either side, and a tool that brings the one to the other. */
export interface Scene {
  readonly info: LocalConnections;
  readonly tool: SyncTool;
  readonly source: ContainerClient;
  readonly backup: ContainerClient;
  sync(change?: Partial<Route>): Promise<Ended>;
  put(side: 'source' | 'backup', path: string, content: string): Promise<void>;
  /** What the backup has at a path. */
  content(path: string): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
}

export async function openScene(
  info: LocalConnections,
  container: string,
  tool: SyncTool,
  sync: Sync,
): Promise<Scene> {
  const open = (connection: string): ContainerClient =>
    BlobServiceClient.fromConnectionString(connection).getContainerClient(container);
  const source = open(info.source.connectionString);
  const backup = open(info.backup.connectionString);
  await Promise.all([source.create(), backup.create()]);
  return {
    info,
    tool,
    source,
    backup,
    sync: async (change) => await sync(tool, { info, source: container, backup: container, ...change }),
    put: async (side, path, content) => {
      await (side === 'source' ? source : backup).getBlockBlobClient(path).upload(content, content.length);
    },
    content: async (path) => {
      const blob = backup.getBlobClient(path);
      return (await blob.exists()) ? String(await blob.downloadToBuffer()) : undefined;
    },
    rename: async (from, to) => {
      const { accountName, accountKey, dfsEndpoint } = info.source;
      const credential = new StorageSharedKeyCredential(accountName, accountKey);
      const lake = new DataLakeServiceClient(dfsEndpoint ?? '', credential);
      await lake.getFileSystemClient(container).getFileClient(from).move(to);
    },
  };
}
