import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { beforeAll, expect, test } from 'vitest';
import { readActivity } from '../../src/status/activity/read-activity.ts';
import { openDocuments } from '../../src/wiring/open-documents.ts';
import { readSettings } from '../../src/config/settings.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { readWholeDocument } from '../../src/documents/change-document.ts';
import { ACTIVITY_DOCUMENT, ACTIVITY_PREFIX } from '../../src/status/activity/activity-document.ts';
import { parsePrometheus, type Sample, valueOf } from '../telemetry/support/parse-prometheus.ts';
import { expectNoSecrets } from './support/expect-no-secrets.ts';
import { untilQueueDrained } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

// The canary is mirrored and counted like any blob.
const QUIET = { env: { BLOBMIRROR_CANARY: 'off' } };

let environment: RunningEnvironment;

beforeAll(async () => {
  environment = await startEnvironment([], QUIET);
});

async function readMetrics({
  info,
}: RunningEnvironment): Promise<{ text: string; samples: readonly Sample[] }> {
  const answer = await fetch(`${info.http.baseUrl}/api/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  return { text, samples: parsePrometheus(text) };
}

async function send({ info }: RunningEnvironment, bodies: readonly unknown[]): Promise<void> {
  const client = new ServiceBusClient(info.serviceBus.connectionString);
  const sender = client.createSender(info.serviceBus.eventsQueue);
  await sender.sendMessages(bodies.map((body) => ({ body, messageId: randomUUID() })));
  await client.close();
}

test('the metrics count every write, delete, ignored event and dead letter, with the lag of each change and without blob names', async () => {
  const { info, source } = environment;
  const before = await readMetrics(environment);
  expect(valueOf(before.samples, 'blobmirror_changes_total')).toBe(0);

  const began = performance.now();
  const container = source.getContainerClient('holiday-photos');
  await container.create();
  const names = Array.from({ length: 10 }, (_, i) => `beach-${i}.jpg`);
  for (const name of names) await container.getBlockBlobClient(name).upload('12345', 5);
  for (const name of names) await untilMirrored(environment, 'holiday-photos', name);
  await container.getBlockBlobClient('beach-0.jpg').delete();
  await untilMirrored(environment, 'holiday-photos', 'beach-0.jpg');
  await send(environment, [
    'no event',
    {
      topic: '/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/otheraccount',
      subject: '/blobServices/default/containers/holiday-photos/blobs/beach-1.jpg',
      eventType: 'Microsoft.Storage.BlobCreated',
      id: randomUUID(),
      eventTime: new Date().toISOString(),
      data: { api: 'PutBlob', url: 'http://127.0.0.1:1/otheraccount/holiday-photos/beach-1.jpg' },
    },
  ]);
  const { deadLetter } = await untilQueueDrained(info.serviceBus);
  const elapsedS = (performance.now() - began) / 1000;
  expect(deadLetter).toBe(1);

  const { text, samples } = await readMetrics(environment);
  const count = (name: string, labels = {}) => valueOf(samples, `blobmirror_${name}`, labels);
  expect(count('changes_total', { verdict: 'copied', door: 'event' })).toBe(10);
  expect(count('changes_total', { verdict: 'deleted', door: 'event' })).toBe(1);
  expect(count('bytes_total')).toBe(50);
  expect(count('lag_count')).toBe(11);
  expect(count('lag_bucket', { le: '+Inf' })).toBe(11);
  expect(count('lag_sum')).toBeGreaterThan(0);
  expect(count('lag_sum')).toBeLessThan(11 * elapsedS);
  expect(count('parked_total', { code: 'message-not-event' })).toBe(1);
  expect(count('ignored_total', { code: 'event-of-other-account' })).toBe(1);
  for (const account of ['sourceaccount', 'backupaccount'])
    expect(count('requests_total', { account, outcome: 'ok' })).toBeGreaterThan(10);
  expect(count('throttles_total')).toBe(0);

  expect(text).not.toMatch(/holiday|beach/);
  expectNoSecrets({ stdout: text, stderr: '' });
});

test('the metrics show the progress of a full sync and what it repaired', async () => {
  const { info, source } = environment;
  const before = await readMetrics(environment);
  const container = source.getContainerClient('quiet');
  await container.create();
  for (const name of ['a', 'b', 'c']) await container.getBlockBlobClient(name).upload('12345', 5);
  for (const name of ['a', 'b', 'c']) await untilMirrored(environment, 'quiet', name);
  await untilQueueDrained(info.serviceBus);
  // A change of metadata raises no event.
  await container.getBlockBlobClient('b').setMetadata({ changed: 'yes' });

  const url = `${info.http.baseUrl}/api/reconcile`;
  const started = await fetch(url, { method: 'POST', body: JSON.stringify({ container: 'quiet' }) });
  expect(started.status).toBe(202);
  const { id } = (await started.json()) as { id: string };
  await waitUntil(
    'the full sync is done',
    async () => ((await (await fetch(`${url}/${id}`)).json()) as { state: string }).state === 'done',
    { every: 50 },
  );

  const after = await readMetrics(environment);
  const added = (name: string, labels = {}) =>
    valueOf(after.samples, `blobmirror_${name}`, labels) -
    valueOf(before.samples, `blobmirror_${name}`, labels);
  expect(added('reconcile_listed_total', { side: 'source' })).toBe(3);
  expect(added('reconcile_listed_total', { side: 'backup' })).toBe(3);
  expect(added('reconcile_slices_total', { outcome: 'recorded' })).toBeGreaterThan(0);
  expect(added('reconcile_slices_total', { outcome: 'failed' })).toBe(0);
  expect(added('changes_total', { door: 'reconcile' })).toBe(1);
  expect(added('lag_count')).toBe(3);
  expect(valueOf(after.samples, 'blobmirror_reconcile_shards', { state: 'open' })).toBe(0);
  expect(valueOf(after.samples, 'blobmirror_reconcile_shards', { state: 'done' })).toBeGreaterThan(0);
});

test('the activity of two workers adds up to everything that was mirrored, and includes a worker that was killed', async () => {
  const { info, source, readyFile } = await startEnvironment([], QUIET);
  const other = await startWorker(readyFile, [], QUIET);
  const documents = openDocuments(readSettings(localSettings(info)));
  const container = source.getContainerClient('photos');
  await container.create();

  let written = 0;
  await waitUntil('each of the two workers had a part of the work', async () => {
    const names = Array.from({ length: 40 }, () => `${written++}.txt`);
    await Promise.all(names.map(async (name) => await container.getBlockBlobClient(name).upload('12345', 5)));
    await untilQueueDrained(info.serviceBus);
    const parts = await Array.fromAsync(documents.list(ACTIVITY_PREFIX));
    return parts.flat().length === 2;
  });
  await waitUntil(
    'both have told of all they did',
    async () => (await readActivity(documents, new Date())).changes === written,
    { every: 100 },
  );
  other.signal('SIGKILL');
  await other.ended;

  const activity = await readActivity(documents, new Date());
  expect(activity).toMatchObject({ changes: written, bytes: 5 * written });
  expect(activity.lagP50Ms).toBeGreaterThan(0);
  expect(activity.lagP99Ms).toBeGreaterThanOrEqual(activity.lagP50Ms ?? Number.NaN);
  expect(Object.keys(activity.lastMirrored)).toEqual(['photos']);
  const names = (await Array.fromAsync(documents.list(ACTIVITY_PREFIX))).flat();
  const parts = await Promise.all(
    names.map(async (name) => await readWholeDocument(documents, ACTIVITY_DOCUMENT, name)),
  );
  for (const part of parts) {
    const changes = part?.minutes.map((minute) => minute.changes) ?? [];
    expect(Math.max(...changes)).toBeGreaterThan(0);
  }
});
