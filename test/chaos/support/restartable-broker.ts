import { EVENTS_QUEUE, QUEUES, type Broker, type BrokerMessage, startBroker } from '@blobmirror/local';
import { waitUntil } from '../../e2e/support/wait-until.ts';

/** A broker that stops and restarts, on the same port and with the same queues. Its locks are lost. */
export class RestartableBroker {
  readonly connectionString: string;
  restarts = 0;
  readonly #dataDirectory: string;
  readonly #port: number;
  #broker: Broker;

  private constructor(dataDirectory: string, broker: Broker) {
    this.#dataDirectory = dataDirectory;
    this.#broker = broker;
    this.#port = broker.port;
    this.connectionString = broker.connectionString;
  }

  static async start(dataDirectory: string): Promise<RestartableBroker> {
    return new RestartableBroker(
      dataDirectory,
      await startBroker({ port: 0, queues: QUEUES, dataDirectory }),
    );
  }

  /** @param pause what is awaited while the broker is down */
  async restart(pause: () => Promise<void>): Promise<void> {
    await this.#broker.stop();
    await pause();
    this.#broker = await waitUntil(
      'the port of the broker is free again',
      async () => await startBroker({ port: this.#port, queues: QUEUES, dataDirectory: this.#dataDirectory }),
    );
    this.restarts++;
  }

  async send(message: BrokerMessage): Promise<void> {
    await this.#broker.send(EVENTS_QUEUE, message);
  }

  /** As the administration client returns them. */
  counts(): ReturnType<Broker['runtimeCounts']> {
    return this.#broker.runtimeCounts(EVENTS_QUEUE);
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
  }
}
