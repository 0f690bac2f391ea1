import {
  type RetryOptions,
  ServiceBusClient,
  type ServiceBusReceiver,
  type ServiceBusReceivedMessage,
  type ServiceBusSender,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import type { QueueDefinition } from '../../src/service-bus/queue/queue.ts';
import { type Broker, startBroker } from '../../src/service-bus/start-broker.ts';
import { PATIENCE_MS } from './patience.ts';

export const QUEUE = 'events';

/** A queue in which nothing expires or falls due during a test, except where the test sets it. */
export function defineQueue(overrides: Partial<QueueDefinition> = {}): QueueDefinition {
  return {
    name: QUEUE,
    lockDurationMs: 60_000,
    maxDeliveryCount: 10,
    defaultTimeToLiveMs: Infinity,
    deadLetterOnExpiration: true,
    duplicateDetectionWindowMs: 0,
    ...overrides,
  };
}

export interface TestBroker {
  readonly broker: Broker;
  readonly client: ServiceBusClient;
  readonly sender: ServiceBusSender;
  readonly receiver: ServiceBusReceiver;
  /** A receiver on the dead-letter queue. */
  readonly deadLetters: ServiceBusReceiver;
}

/** A broker with one queue and the real client; both are stopped when the test ends. */
export async function startTestBroker(
  overrides: Partial<QueueDefinition> = {},
  dataDirectory?: string,
): Promise<TestBroker> {
  const broker = await startBroker({
    port: 0,
    queues: [defineQueue(overrides)],
    ...(dataDirectory !== undefined && { dataDirectory }),
  });
  const client = connect(broker.connectionString);
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });
  return {
    broker,
    client,
    sender: client.createSender(QUEUE),
    receiver: client.createReceiver(QUEUE, { maxAutoLockRenewalDurationInMs: 0 }),
    deadLetters: client.createReceiver(QUEUE, {
      subQueueType: 'deadLetter',
      maxAutoLockRenewalDurationInMs: 0,
    }),
  };
}

export function connect(connectionString: string, retryOptions: RetryOptions = {}): ServiceBusClient {
  return new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 1, retryDelayInMs: 50, ...retryOptions },
  });
}

/** Receives exactly this number of messages, or fails. */
export async function receive(
  receiver: ServiceBusReceiver,
  count: number,
): Promise<ServiceBusReceivedMessage[]> {
  const messages: ServiceBusReceivedMessage[] = [];
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (messages.length < count && performance.now() < giveUpAt) {
    messages.push(...(await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 1_000 })));
  }
  if (messages.length !== count) throw new Error(`expected ${count} messages, received ${messages.length}`);
  return messages;
}

export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receive(receiver, 1);
  if (message === undefined) throw new Error('expected a message');
  return message;
}
