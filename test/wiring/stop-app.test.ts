import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startLocal } from '@blobmirror/local';
import { localSettings } from '../../src/cli/local-settings.ts';
import { readSettings } from '../../src/config/settings.ts';
import { createDocument } from '../../src/documents/change-document.ts';
import { ACTIVITY_DOCUMENT, ACTIVITY_PREFIX } from '../../src/status/activity/activity-document.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { createApp } from '../../src/wiring/create-app.ts';
import { scopeOf } from '../../src/wiring/read-other-scopes.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { createdEvent } from './support/created-event.ts';

it('a worker that stops puts on record what it dropped and another worker has in its scope', async () => {
  const log = createSilentLogger();
  const local = await startLocal({ storagePort: 0, serviceBusPort: 0, log });
  const wide = localSettings(local.connections);
  const app = createApp(readSettings({ ...wide, BLOBMIRROR_INCLUDE_CONTAINERS: 'docs' }), log);
  const record = createLedger({ documents: app.documents, log, now: () => new Date() });
  const drop = async (path: string): Promise<void> => {
    await (await app.mirror()).handleTrigger(createdEvent(path), { invocationId: randomUUID() });
  };
  const isRecorded = async (path: string): Promise<boolean> => {
    const { document } = await record.refresh();
    return document?.keys.some((key) => key.path === path) === true;
  };
  try {
    const now = new Date().toISOString();
    await createDocument(app.documents, ACTIVITY_DOCUMENT, `${ACTIVITY_PREFIX}other`, {
      writtenAt: now,
      minutes: [],
      lastMirrored: {},
      worker: { startedAt: now, settings: {}, scope: scopeOf(readSettings(wide)) },
    });
    // It looks with the first, and then not for three minutes.
    await drop('first');
    await waitUntil('the first is on record', async () => await isRecorded('first'));
    await drop('a');
    expect(await isRecorded('a')).toBe(false);
    // What the functions do when Azure ends them.
    await app.observation.stop();
    await waitUntil('a is on record', async () => await isRecorded('a'));
    await drop('b');
    expect(await isRecorded('b')).toBe(false);
    await app.stop();
    await waitUntil('b is on record', async () => await isRecorded('b'));
  } finally {
    await app.stop();
    await local.stop();
  }
});
