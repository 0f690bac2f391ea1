import { mkdir } from 'node:fs/promises';
import { acceptClients } from './accept-clients.ts';
import { type RuntimeCounts, answerAdministrationRequest, countMessages } from './administration.ts';
import { type BrokerMessage, fromBrokerMessage } from './amqp/broker-message.ts';
import { type HostedQueue, hostQueue } from './hosted-queue/hosted-queue.ts';
import type { QueueDefinition } from './queue/queue.ts';
import { openSharedPort } from './shared-port.ts';
import { patchRheaSettlement, patchRheaWindow } from '@blobmirror/rhea-patches';
import type { LocalLogger } from '../logger.ts';

/**
 * A Service Bus broker in this process, for the unmodified Azure clients: queues over AMQP 1.0, and their
 * administration API over HTTP on the same port.
 *
 * It behaves as Azure documents Service Bus, even where that is inconvenient. It listens on 127.0.0.1 and
 * accepts any token; a key in SASL PLAIN must be right. `queue/` holds the rules for messages and knows no
 * AMQP; `hosted-queue/` persists queues; `amqp/`, `management/` and `administration.ts` serve clients.
 * Nothing here reads the content of messages.
 */

/** As in the connection string of Microsoft's emulator. */
const ACCESS_KEY = { name: 'RootManageSharedAccessKey', key: 'SAS_KEY_VALUE' } as const;

export interface BrokerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly queues: readonly QueueDefinition[];
  /**
   * Directory in which queues survive a restart and a SIGKILL (not a power cut: there is no fsync per
   * message). A message is acknowledged only after its record was written. One broker at a time. In memory
   * when omitted.
   */
  readonly dataDirectory?: string;
  readonly log?: LocalLogger;
}

export interface Broker {
  readonly port: number;
  /** For any Azure client; it also fits Microsoft's emulator. */
  readonly connectionString: string;
  /**
   * Resolves when the message is in the queue's log. Rejects for an unknown queue, and when the log cannot be
   * written.
   */
  send(queue: string, message: BrokerMessage): Promise<void>;
  /** Throws for an unknown queue. */
  runtimeCounts(queue: string): RuntimeCounts;
  /** Closes every connection, frees the port and closes the logs. */
  stop(): Promise<void>;
}

/** Rejects when the port is taken (an error that names it, with `code`), or a log cannot be read or written. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  patchRheaSettlement();
  patchRheaWindow();
  const { dataDirectory, log } = options;
  // First the port: a second broker on the same port and directory must fail before it touches the logs.
  const shared = await openSharedPort(options.port);
  const queues = new Map<string, HostedQueue>();
  const stop = async () => {
    await shared.close();
    await Promise.all([...queues.values()].map((hosted) => hosted.stop()));
  };
  try {
    if (dataDirectory !== undefined) await mkdir(dataDirectory, { recursive: true });
    for (const definition of options.queues) {
      queues.set(definition.name.toLowerCase(), await hostQueue(definition, dataDirectory, log));
    }
    const findQueue = (name: string) => queues.get(name);
    shared.serve({
      amqp: acceptClients(findQueue, ACCESS_KEY, log),
      http: answerAdministrationRequest(findQueue, new Date()),
    });
    const queueNamed = (name: string): HostedQueue => {
      const hosted = queues.get(name.toLowerCase());
      if (hosted === undefined) throw new Error(`there is no queue '${name}'`);
      return hosted;
    };
    return {
      port: shared.port,
      connectionString:
        `Endpoint=sb://127.0.0.1:${shared.port};SharedAccessKeyName=${ACCESS_KEY.name};` +
        `SharedAccessKey=${ACCESS_KEY.key};UseDevelopmentEmulator=true`,
      send: async (name, message) => {
        const hosted = queueNamed(name);
        const writeError = hosted.writeError();
        if (writeError !== undefined) throw writeError;
        hosted.queue.send(fromBrokerMessage(message));
        await hosted.flushed();
      },
      runtimeCounts: (name) => countMessages(queueNamed(name).queue),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
