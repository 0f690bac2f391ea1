import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECONCILE_QUEUE, type Local, startLocal } from '@blobmirror/local';
import { type Mirror, createMirror } from '../../src/wiring/create-mirror.ts';
import { type Reconciliation, createReconciliation } from '../../src/wiring/create-reconciliation.ts';
import { openAccounts } from '../../src/wiring/open-accounts.ts';
import { openDocuments } from '../../src/wiring/open-documents.ts';
import { type OpenQueues, openQueues } from '../../src/wiring/open-queues.ts';
import { NEVER_PAUSED as pause } from '../../src/ports/account-decorators.ts';
import { NOTHING_RECORDED as unprotected } from '../../src/ports/unprotected-keys.ts';
import { readSettings } from '../../src/config/settings.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import type { Run } from '../../src/api/run.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

describe('a mirror whose settings choose what is mirrored and how it is named', () => {
  const requests: string[] = [];
  let local: Local;
  let mirror: Mirror;
  let reconciliation: Reconciliation;
  let queues: OpenQueues;
  let users: { source: BlobServiceClient; backup: BlobServiceClient };
  beforeAll(async () => {
    local = await startLocal({
      storagePort: 0,
      serviceBusPort: 0,
      log: createSilentLogger(),
      onRequest: ({ account, operation, userAgent }) => {
        if (userAgent?.startsWith('blobmirror')) requests.push(`${account} ${operation}`);
      },
    });
    const info = { ...local.connections, http: { baseUrl: 'http://127.0.0.1' } };
    const settings = readSettings({
      ...localSettings(info),
      BLOBMIRROR_BACKUP_CONTAINER_PREFIX: 'eu-',
      BLOBMIRROR_CONTAINER_MAP: '$web=site',
      BLOBMIRROR_EXCLUDE_CONTAINERS: 'private',
      BLOBMIRROR_EXCLUDE_PATHS: '*/tmp/',
      BLOBMIRROR_EXCLUDE_PATTERNS: '*.bak',
    });
    const accounts = openAccounts(settings, createSilentLogger());
    queues = openQueues(settings);
    const parts = { accounts, queues, documents: openDocuments(settings), pause, unprotected };
    mirror = createMirror(settings, createSilentLogger(), parts);
    reconciliation = createReconciliation(settings, createSilentLogger(), parts);
    users = {
      source: BlobServiceClient.fromConnectionString(info.source.connectionString),
      backup: BlobServiceClient.fromConnectionString(info.backup.connectionString),
    };
  });
  afterAll(async () => {
    await queues.close();
    await local.stop();
  });

  async function write(side: 'source' | 'backup', container: string, ...paths: string[]): Promise<void> {
    await users[side].getContainerClient(container).createIfNotExists();
    for (const path of paths)
      await users[side].getContainerClient(container).getBlockBlobClient(path).upload(path, path.length);
  }

  async function onBackup(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { name } of users.backup.listContainers()) {
      if (name === 'blobmirror-state') continue;
      for await (const blob of users.backup.getContainerClient(name).listBlobsFlat())
        found.push(`${name}/${blob.name}`);
    }
    return found;
  }

  /** A full sync, with this test for its worker. */
  async function sync(): Promise<Run | undefined> {
    const { reconciler } = reconciliation;
    const begun = await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'start' });
    if ('running' in begun) throw new Error('another run is under way');
    const client = new ServiceBusClient(local.connections.serviceBus.connectionString);
    const receiver = client.createReceiver(RECONCILE_QUEUE, { receiveMode: 'receiveAndDelete' });
    for (;;) {
      const run = await reconciler.read(begun.started.id);
      if (run?.state === 'done') break;
      for (const { body } of await receiver.receiveMessages(1)) await reconciler.handleShard(body);
    }
    await client.close();
    return await reconciler.read(begun.started.id);
  }

  it('copies what is in scope to the mapped containers, and leaves everything else', async () => {
    await write('source', 'photos', 'cat.jpg', 'tmp/cat.jpg', 'cat.bak');
    await write('source', '$web', 'index.html');
    await write('source', 'private', 'secret');
    await write('backup', 'photos', 'of another mirror');
    await write('backup', 'eu-photos', 'tmp/kept', 'theirs.jpg');
    expect((await sync())?.counts).toMatchObject({
      nominated: 3,
      byVerdict: { copied: 2 },
      skipped: { 'backup-foreign': 1 },
      failed: {},
    });
    expect(await onBackup()).toEqual([
      'eu-photos/cat.jpg',
      'eu-photos/theirs.jpg',
      'eu-photos/tmp/kept',
      'photos/of another mirror',
      'site/index.html',
    ]);
  });

  it('settles an event outside the scope without a request to storage', async () => {
    const event = (container: string, path: string): Record<string, unknown> => ({
      topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
      subject: `/blobServices/default/containers/${container}/blobs/${path}`,
      eventType: 'Microsoft.Storage.BlobCreated',
      eventTime: new Date().toISOString(),
      id: path,
      data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/${container}/${path}` },
    });
    const handle = async (body: unknown): Promise<void> => {
      await mirror.handleTrigger(body, { invocationId: crypto.randomUUID() });
    };
    requests.length = 0;
    for (const [container, path] of [
      ['private', 'secret'],
      ['photos', 'tmp/cat.jpg'],
      ['photos', 'cat.bak'],
      ['photos', 'tmp/%EF%BF%BD\uFFFD'],
    ] as const)
      await handle(event(container, path));
    expect(requests).toEqual([]);
    await handle(event('photos', 'cat.jpg'));
    expect(requests).toEqual(['backupaccount Blob_GetProperties', 'sourceaccount Blob_GetProperties']);
  });
});
