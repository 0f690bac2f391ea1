import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { startBroker } from '@blobmirror/local';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';

const QUEUE = 'events';

export interface Queue {
  readonly connectionString: string;
  readonly port: number;
  send(...messages: ServiceBusMessage[]): Promise<void>;
  /** Messages in the queue, in hand or not, and in its dead-letter queue. */
  counts(): { active: number; deadLetter: number };
  /** Takes all messages that nobody has in hand, and says how many. */
  takeFree(): Promise<number>;
  /** The queue and its messages are gone afterwards. */
  stop(): Promise<void>;
}

/** A broker with one queue, and a client of it. */
export async function startQueue(options: { lockDurationMs?: number; port?: number } = {}): Promise<Queue> {
  const definition = {
    name: QUEUE,
    lockDurationMs: options.lockDurationMs ?? 30_000,
    maxDeliveryCount: 3,
    defaultTimeToLiveMs: Infinity,
    deadLetterOnExpiration: true,
    duplicateDetectionWindowMs: 0,
  };
  const broker = await startBroker({ port: options.port ?? 0, queues: [definition] });
  const client = new ServiceBusClient(broker.connectionString);
  const sender = client.createSender(QUEUE);
  return {
    connectionString: broker.connectionString,
    port: broker.port,
    send: (...messages) => sender.sendMessages(messages),
    counts() {
      const { active, deadLetter } = broker.runtimeCounts(QUEUE);
      return { active, deadLetter };
    },
    async takeFree() {
      const messages = await client.createReceiver(QUEUE).receiveMessages(100, { maxWaitTimeInMs: 1000 });
      return messages.length;
    },
    async stop() {
      await client.close();
      await broker.stop();
    },
  };
}

/** A host that runs the one function of the `queue` fixture on the queue. */
export function startQueueHost(
  { connectionString }: Pick<Queue, 'connectionString'>,
  log: Logger,
  hostJson: { functionTimeout?: string; serviceBus?: object } = {},
): Promise<Host> {
  const { serviceBus, ...rest } = hostJson;
  return startHost({
    registrations: [new URL('../fixtures/queue.mjs', import.meta.url)],
    settings: { BUS: connectionString, QUEUE },
    hostJson: parseHostJson({
      ...rest,
      extensions: { serviceBus: { maxConcurrentCalls: 8, ...serviceBus } },
    }),
    log,
  });
}
