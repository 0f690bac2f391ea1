import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import type { OnSendRefused } from '../concurrency/send-with-retry.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
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

/** Logs that a queue did not take a message, before the send is retried. */
export function logSendRefusal(log: Logger): OnSendRefused {
  return ({ code, message: detail, hint, context, cause }) => {
    const fields = { code, detail, hint, ...context };
    if (code === 'unexpected')
      log.error('a message could not be sent to its queue', { ...fields, error: cause });
    else log.warn('a queue does not take a message', fields);
  };
}
