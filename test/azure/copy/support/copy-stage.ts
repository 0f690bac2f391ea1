import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { BACKUP, SOURCE, startStorage } from '@blobmirror/local';
import { createAzureBackupStore } from '../../../../src/azure/backup-store.ts';
import { createAzureBlobReader } from '../../../../src/azure/blob-reader.ts';
import { connectAccount } from '../../../../src/azure/account/connect-account.ts';
import type { CopyOptions } from '../../../../src/azure/copy/copy-engine.ts';
import { type Key, parseKey } from '../../../../src/model/key.ts';
import { type BlobPresent, isBlob } from '../../../../src/model/reading.ts';
import { addStamp } from '../../../../src/model/stamp.ts';
import type { BackupStore, CopyRequest } from '../../../../src/ports/backup-store.ts';
import type { BlobReader } from '../../../../src/ports/blob-reader.ts';
import { startWire, type Wire } from '../../support/start-wire.ts';

export interface CopyStage {
  readonly source: BlobReader;
  /** The backup, without the proxy. */
  readonly backup: BlobReader;
  /**
   * The backup for one worker. It writes through the proxy; with `all`, the source is read through it, too.
   */
  worker(options?: Partial<CopyOptions>, throughWire?: 'backup' | 'all', onNoTiers?: () => void): BackupStore;
  readonly wire: Wire;
  /** Connects to the backup as workers do. */
  readonly backupThroughWire: string;
  readonly sourceDirectly: string;
  /** The container `docs` on either side, as a user accesses it. */
  readonly atSource: ContainerClient;
  readonly onBackup: ContainerClient;
  newKey(): Key;
  /** The request that converge would make now: the source as it is, over whatever is on the backup. */
  requestFor(key: Key, wanted?: Partial<CopyRequest>): Promise<CopyRequest>;
  stop(): Promise<void>;
}

/** Two accounts behind a proxy, for copies whose every request a test may see, hold or answer. */
export async function startCopyStage(): Promise<CopyStage> {
  const storage = await startStorage({ port: 0, accounts: [SOURCE, BACKUP] });
  const wire = await startWire(storage.port);
  const direct = (account: string): string => storage.connectionString(account);
  const throughWire = (account: string): string =>
    direct(account).replace(`:${storage.port}/`, `:${wire.port}/`);
  const containerOf = (account: string): ContainerClient =>
    BlobServiceClient.fromConnectionString(direct(account)).getContainerClient('docs');

  const source = createAzureBlobReader(connectAccount({ connectionString: direct(SOURCE.name) }));
  const backup = createAzureBlobReader(connectAccount({ connectionString: direct(BACKUP.name) }));
  const [atSource, onBackup] = [containerOf(SOURCE.name), containerOf(BACKUP.name)];
  await Promise.all([atSource.create(), onBackup.create()]);
  let keys = 0;

  return {
    source,
    backup,
    wire,
    backupThroughWire: throughWire(BACKUP.name),
    sourceDirectly: direct(SOURCE.name),
    atSource,
    onBackup,
    worker: (options = {}, through = 'backup', onNoTiers = () => undefined) =>
      createAzureBackupStore(
        connectAccount({ connectionString: throughWire(BACKUP.name) }),
        connectAccount({
          connectionString: through === 'all' ? throughWire(SOURCE.name) : direct(SOURCE.name),
        }),
        options,
        () => false,
        { onNoTiers },
      ),
    newKey: () => parseKey('docs', `dir/blob ${++keys} ü%.bin`),
    requestFor: async (key, wanted = {}) => {
      const from = await present(source, key);
      const there = await backup.read(key);
      return {
        key,
        source: from,
        metadata: addStamp(from.metadata, { account: SOURCE.name, ...from }),
        condition: there.present ? { ifMatch: there.etag } : { nothingThere: true },
        tier: undefined,
        tags: {},
        ...wanted,
      };
    },
    stop: async () => {
      await wire.stop();
      await storage.stop();
    },
  };
}

export async function present(reader: BlobReader, key: Key): Promise<BlobPresent> {
  const reading = await reader.read(key);
  if (!isBlob(reading)) throw new Error(`${key.path} is not there`);
  return reading;
}

/** The content of a blob as text; undefined when there is no blob. */
export async function contentOf(container: ContainerClient, { path }: Key): Promise<string | undefined> {
  const blob = container.getBlobClient(path);
  return (await blob.exists()) ? (await blob.downloadToBuffer()).toString() : undefined;
}
