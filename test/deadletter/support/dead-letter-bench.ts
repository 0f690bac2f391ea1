import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { expect, onTestFinished } from 'vitest';
import { startBroker } from '@blobmirror/local';
import { createAzureDeadLetterQueue } from '../../../src/azure/queue/dead-letter-queue.ts';
import { parseBytes } from '../../../src/azure/queue/queue-browser.ts';
import { type DeadLetterStore, createDeadLetterStore } from '../../../src/deadletter/dead-letter-store.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import type { DeadLetterQueueName } from '../../../src/api/dead-letter.ts';
import { toProperties } from '../../../src/model/hint-message.ts';
import type { DeadLetterQueue } from '../../../src/ports/dead-letter-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

export interface DeadLetterBench {
  readonly store: DeadLetterStore;
  readonly queues: Readonly<Record<DeadLetterQueueName, DeadLetterQueue>>;
  readonly documents: MemoryDocuments;
  /** Puts messages into a dead-letter queue, in their order: expired, as the mirror's own are. */
  readonly bury: (queue: DeadLetterQueueName, ...messages: ServiceBusMessage[]) => Promise<void>;
  readonly counts: (queue: DeadLetterQueueName) => { active: number; deadLetter: number };
  /** Takes everything out of a queue. */
  readonly drain: (
    queue: DeadLetterQueueName,
  ) => Promise<{ bytes: Buffer; body: unknown; properties: unknown; id: unknown }[]>;
  readonly connectionString: string;
}

/** The dead letters of a broker of its own, by the real client. */
export async function startDeadLetterBench(lockDurationMs = 15_000): Promise<DeadLetterBench> {
  const definition = {
    lockDurationMs,
    maxDeliveryCount: 10,
    defaultTimeToLiveMs: Infinity,
    deadLetterOnExpiration: true,
    duplicateDetectionWindowMs: 600_000,
  };
  const names = ['events', 'reconcile'] as const;
  const broker = await startBroker({ port: 0, queues: names.map((name) => ({ ...definition, name })) });
  const client = new ServiceBusClient(broker.connectionString);
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });
  const senders = { events: client.createSender('events'), reconcile: client.createSender('reconcile') };
  const queues = {
    events: createAzureDeadLetterQueue(client, senders.events),
    reconcile: createAzureDeadLetterQueue(client, senders.reconcile),
  };
  const documents = new MemoryDocuments();
  const counts = (queue: DeadLetterQueueName) => {
    const { active, deadLetter } = broker.runtimeCounts(queue);
    return { active, deadLetter };
  };
  return {
    store: createDeadLetterStore(queues, documents.through(immediately), createSilentLogger()),
    queues,
    documents,
    counts,
    connectionString: broker.connectionString,
    bury: async (queue, ...messages) => {
      const before = counts(queue).deadLetter;
      for (let from = 0; from < messages.length; from += 200) {
        const group = messages.slice(from, from + 200);
        await senders[queue].sendMessages(group.map((message) => ({ ...message, timeToLive: 1 })));
      }
      await waitFor(() => expect(counts(queue).deadLetter).toBe(before + messages.length));
    },
    drain: async (queue) => {
      const receiver = client.createReceiver(queue, {
        receiveMode: 'receiveAndDelete',
        skipParsingBodyAsJson: true,
      });
      const all = [];
      while (counts(queue).active > 0) {
        for (const message of await receiver.receiveMessages(500, { maxWaitTimeInMs: 100 }))
          all.push({
            bytes: message.body as Buffer,
            body: parseBytes(message.body),
            properties: message.applicationProperties as unknown,
            id: message.messageId as unknown,
          });
      }
      await receiver.close();
      return all;
    },
  };
}

export function eventOf(container: string, path: string, eventType = 'Microsoft.Storage.BlobCreated') {
  return {
    topic: '/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/${container}/blobs/${path}`,
    eventType,
    id: `id of ${container}/${path}`,
    eventTime: '2026-11-25T12:00:00Z',
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/${container}/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

/** A message as the mirror parks it. */
export function parked(event: unknown, code: string, more: { attempts?: number } = {}): ServiceBusMessage {
  return {
    body: event,
    contentType: 'application/json',
    applicationProperties: toProperties({
      root: 'root',
      attempts: more.attempts ?? 1,
      firstSeen: new Date('2026-11-25T12:00:01Z'),
      looks: 0,
      unsettled: false,
      parked: true,
      lastError: { code, detail: `what ${code} says`, hint: 'do it' },
    }),
  };
}
