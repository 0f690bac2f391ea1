import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import { createAzureDeadLetterQueue } from '../azure/queue/dead-letter-queue.ts';
import { createAzureQueueBrowser } from '../azure/queue/queue-browser.ts';
import { createAzureHintQueue, createAzureShardQueue } from '../azure/queue/queue-senders.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DeadLetterQueue, QueueBrowser } from '../ports/dead-letter-queue.ts';
import type { HintQueue, ShardQueue } from '../ports/work-queues.ts';
import { createCredential } from './connect-storage.ts';

/** A send without an answer fails within a minute: callers retry by themselves, within the time limit of a function. */
const SEND_OPTIONS = { retryOptions: { maxRetries: 1, timeoutInMs: 30_000 } } as const;

/** The client of the namespace. It connects at the first use. @throws BlobmirrorError `setting-invalid` */
export function connectServiceBus(connection: ServiceBusConnection): ServiceBusClient {
  return make(() =>
    'connectionString' in connection
      ? new ServiceBusClient(connection.connectionString, SEND_OPTIONS)
      : new ServiceBusClient(
          connection.fullyQualifiedNamespace,
          createCredential(connection.clientId),
          SEND_OPTIONS,
        ),
  );
}

/** Not with the text of the SDK, which may quote the connection string. */
function make<Client>(create: () => Client): Client {
  try {
    return create();
  } catch {
    throw new BlobmirrorError(
      'setting-invalid',
      'BLOBMIRROR_SERVICE_BUS is not accepted by the library of Service Bus; it should be a connection string as the Azure portal shows it',
    );
  }
}

/** The client that reads how queues are declared. Makes no request until it is used. @throws BlobmirrorError `setting-invalid` */
export function connectAdministration(connection: ServiceBusConnection): ServiceBusAdministrationClient {
  if (!('connectionString' in connection)) {
    const { fullyQualifiedNamespace, clientId } = connection;
    return make(
      () => new ServiceBusAdministrationClient(fullyQualifiedNamespace, createCredential(clientId)),
    );
  }
  const client = make(() => new ServiceBusAdministrationClient(connection.connectionString));
  if (!/UseDevelopmentEmulator=true/i.test(connection.connectionString)) return client;
  // The emulator speaks http only, and the client always uses https.
  client.pipeline.addPolicy({
    name: 'plainHttp',
    sendRequest: async (request, next) => {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return await next(request);
    },
  });
  return client;
}

/** The two queues of a mirror over one connection, as the use cases take them. */
export interface OpenQueues {
  readonly events: {
    readonly hints: HintQueue;
    readonly browser: QueueBrowser;
  };
  readonly reconcile: {
    /** Messages of the queue that are sent again: later, or to be dead-lettered. */
    readonly hints: HintQueue;
    readonly shards: ShardQueue;
  };
  readonly deadLetters: { readonly events: DeadLetterQueue; readonly reconcile: DeadLetterQueue };
  readonly close: () => Promise<void>;
}

/** The queues of a mirror on one connection. */
export function connectQueues(
  settings: Pick<Settings, 'serviceBus' | 'eventsQueue' | 'reconcile'>,
): OpenQueues {
  const client = connectServiceBus(settings.serviceBus);
  const events = client.createSender(settings.eventsQueue);
  const reconcile = client.createSender(settings.reconcile.queue);
  return {
    events: {
      hints: createAzureHintQueue(events),
      browser: createAzureQueueBrowser(client, settings.eventsQueue),
    },
    reconcile: { hints: createAzureHintQueue(reconcile), shards: createAzureShardQueue(reconcile) },
    deadLetters: {
      events: createAzureDeadLetterQueue(client, events),
      reconcile: createAzureDeadLetterQueue(client, reconcile),
    },
    close: async () => {
      await client.close();
    },
  };
}
