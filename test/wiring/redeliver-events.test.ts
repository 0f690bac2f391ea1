import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVENTS_QUEUE, EVENT_DEAD_LETTER_CONTAINER, type Local, startLocal } from '@blobmirror/local';
import { type CommandApp, createCommandApp } from '../../src/wiring/create-command-app.ts';
import type { DeadLetters } from '../../src/wiring/create-dead-letters.ts';
import { readSettings } from '../../src/config/settings.ts';
import { parseMessage } from '../../src/events/parse-message.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { uploadEventDeadLetter } from '../../packages/local/src/start-local.ts';
import { deadLetterBody, deadLetterPath } from '../../packages/local/src/event-grid/attempt-delivery.ts';
import { createScope } from '../../src/model/scope.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const DAMAGED = 'a blob among the dead letters of Event Grid holds no events and stays there';
const TOO_LARGE =
  'events that Event Grid could not deliver are too large for the queue and stay where they are';

const published = new Date('2026-11-25T12:00:00Z');
const obituary = {
  reason: 'MaxDeliveryAttemptsExceeded',
  attempts: 30,
  lastOutcome: 'Busy',
  published,
  lastAttempt: published,
  givenUp: published.getTime(),
} as const;

describe('events that Event Grid could not deliver', () => {
  const log = createSilentLogger();
  let local: Local;
  let settings: ReturnType<typeof readSettings>;
  let app: CommandApp;
  let deadLetters: DeadLetters;
  let container: ContainerClient;
  let bus: ServiceBusClient;
  beforeAll(async () => {
    local = await startLocal({ storagePort: 0, serviceBusPort: 0, log });
    settings = readSettings(localSettings(local.connections));
    app = createCommandApp(settings, log);
    ({ deadLetters } = app);
    const { connectionString } = local.connections.backup;
    container =
      BlobServiceClient.fromConnectionString(connectionString).getContainerClient(
        EVENT_DEAD_LETTER_CONTAINER,
      );
    bus = new ServiceBusClient(local.connections.serviceBus.connectionString);
  });
  afterAll(async () => {
    await app.stop();
    await bus.close();
    await local.stop();
  });
  beforeEach(async () => {
    await container.deleteIfExists();
    log.lines.length = 0;
  });

  const eventOf = (path: string) => ({
    id: `id of ${path}`,
    account: 'sourceaccount',
    type: 'Microsoft.Storage.BlobCreated' as const,
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    time: published,
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/photos/${path}` },
  });

  async function store(...bodies: readonly string[]): Promise<void> {
    for (const body of bodies)
      await uploadEventDeadLetter(
        local.connections.backup.connectionString,
        deadLetterPath('blobmirror', published),
        body,
      );
  }

  async function stored(): Promise<string[]> {
    return (await Array.fromAsync(container.listBlobsFlat())).map(({ name }) => name);
  }

  /** The paths that the messages in the queue name; they are gone then. */
  async function received(): Promise<string[]> {
    const receiver = bus.createReceiver(EVENTS_QUEUE, { receiveMode: 'receiveAndDelete' });
    const paths: string[] = [];
    while (local.broker.runtimeCounts(EVENTS_QUEUE).active > 0) {
      for (const { body } of await receiver.receiveMessages(100, { maxWaitTimeInMs: 500 })) {
        const { hints } = parseMessage(body, new Date());
        paths.push(...hints.flatMap(({ keys }) => keys.map(({ path }) => path)));
      }
    }
    await receiver.close();
    return paths.toSorted();
  }

  it('are none before the first one', async () => {
    await deadLetters.redeliver?.();
    expect(await received()).toEqual([]);
  });

  it.each(['EventGridSchema', 'CloudEventSchemaV1_0'] as const)(
    'come into the queue in the schema %s, and their blobs go',
    async (schema) => {
      const one = JSON.parse(deadLetterBody(eventOf(`${schema} one`), schema, obituary)) as unknown[];
      const two = JSON.parse(deadLetterBody(eventOf(`${schema} two`), schema, obituary)) as unknown[];
      await store(
        JSON.stringify([...one, ...two]),
        deadLetterBody(eventOf(`${schema} three`), schema, obituary),
      );
      await deadLetters.redeliver?.();
      expect(await received()).toEqual([`${schema} one`, `${schema} three`, `${schema} two`]);
      expect(await stored()).toEqual([]);
    },
  );

  it('are one message when two workers redeliver them at once', async () => {
    const events = Array.from({ length: 40 }, (_, i) => String(i).padStart(2, '0'));
    await store(...events.map((path) => deadLetterBody(eventOf(path), 'EventGridSchema', obituary)));
    await Promise.all([deadLetters.redeliver?.(), deadLetters.redeliver?.()]);
    expect(await received()).toEqual(events);
    expect(await stored()).toEqual([]);
  });

  it('that cannot be read are left where they are, logged once, and block no other', async () => {
    await store(
      'half a docu',
      '{}',
      '[]',
      '[{}]',
      '',
      `[{"eventType":"x","data":${'['.repeat(9_000)}${']'.repeat(9_000)}}]`,
      deadLetterBody(eventOf('fine'), 'EventGridSchema', obituary),
    );
    await deadLetters.redeliver?.();
    await deadLetters.redeliver?.();
    expect(await received()).toEqual(['fine']);
    expect(await stored()).toHaveLength(6);
    expect(log.lines.filter(({ message }) => message === DAMAGED)).toHaveLength(6);
  });

  it('that are too large for the queue are left where they are, logged once, and block no other', async () => {
    const long = { ...eventOf('long'), id: 'i'.repeat(300_000) };
    await store(deadLetterBody(long, 'EventGridSchema', obituary));
    await store(deadLetterBody(eventOf('short'), 'EventGridSchema', obituary));
    const before = (await stored()).length;
    await deadLetters.redeliver?.();
    await deadLetters.redeliver?.();
    expect(await received()).toEqual(['short']);
    expect(await stored()).toHaveLength(before - 1);
    expect(log.lines.filter(({ message }) => message === TOO_LARGE)).toHaveLength(1);
  });

  it('are in a container that is never mirrored and never taken for a copy', () => {
    const scope = createScope('sourceaccount', settings.scope);
    const name = parseContainerName(EVENT_DEAD_LETTER_CONTAINER);
    expect(scope.includesContainer(name)).toBe(false);
    expect(scope.fromBackup(name)).toBeUndefined();
  });

  it('are not redelivered when the settings name no container for them', () => {
    const { BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: _, ...env } = localSettings(local.connections);
    expect(createCommandApp(readSettings(env), log).deadLetters.redeliver).toBeUndefined();
  });
});
