import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { expect, it } from 'vitest';
import { startLocal } from '@blobmirror/local';
import { localSettings } from '../../src/cli/local-settings.ts';
import { readSettings } from '../../src/config/settings.ts';
import { NEVER_PAUSED } from '../../src/ports/account-decorators.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { createMirror } from '../../src/wiring/create-mirror.ts';
import { createReconciliation } from '../../src/wiring/create-reconciliation.ts';
import { createUnprotected } from '../../src/wiring/create-unprotected.ts';
import { openAccounts } from '../../src/wiring/open-accounts.ts';
import { openDocuments } from '../../src/wiring/open-documents.ts';
import { openQueues } from '../../src/wiring/open-queues.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { createdEvent } from './support/created-event.ts';

const HOUR = 3_600_000;

it('a lease that ended is mirrored by the retry, without an event or a full sync, and cleared', async () => {
  const log = createSilentLogger();
  const local = await startLocal({ storagePort: 0, serviceBusPort: 0, log });
  const settings = readSettings(localSettings(local.connections));
  const [source, backup] = [local.connections.source, local.connections.backup].map(({ connectionString }) =>
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient('photos'),
  );
  const queues = openQueues(settings);
  const documents = openDocuments(settings);
  // Found an hour ago, so that its retry is due.
  const ledger = createLedger({ documents, log, now: () => new Date(Date.now() - HOUR) });
  const accounts = openAccounts(settings, log, { unprotected: ledger });
  const pause = NEVER_PAUSED;
  const { reconciler } = createReconciliation(settings, log, { accounts, queues, documents, pause });
  const mirror = createMirror(settings, log, { accounts, queues, pause, unprotected: ledger });
  const unprotected = createUnprotected(settings, log, {
    accounts,
    queues,
    documents,
    ledger,
    reconciler,
    pause,
  });
  const names = async () =>
    (await unprotected.list({ limit: 10 })).keys.map(({ path, reason }) => [path, reason]);
  const mirrorVersion = async (text: string): Promise<void> => {
    await source?.getBlockBlobClient('cat').upload(text, text.length);
    await mirror.handleTrigger(createdEvent('cat'), { invocationId: randomUUID() });
  };
  try {
    await source?.create();
    await mirrorVersion('version 1');
    const copy = backup?.getBlobClient('cat');
    await copy?.getBlobLeaseClient().acquireLease(-1);
    await mirrorVersion('version 2');
    expect(await names()).toEqual([['cat', 'backup-leased']]);
    await unprotected.retry();
    expect(await names()).toEqual([['cat', 'backup-leased']]);

    await copy?.getBlobLeaseClient().breakLease(0);
    // The try before was an hour ago by the clock of this record.
    await unprotected.retry();
    expect((await copy?.downloadToBuffer())?.toString()).toBe('version 2');
    expect(await names()).toEqual([]);
  } finally {
    await queues.close();
    await local.stop();
  }
});
