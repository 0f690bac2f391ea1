import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import type { OnSendRefused } from '../concurrency/send-with-retry.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createCredential } from './connect-storage.ts';

/** A send that gets no answer is given up within the minute: whoever sends insists by itself, and has a function's time to keep. */
const SEND_OPTIONS = { retryOptions: { maxRetries: 1, timeoutInMs: 30_000 } } as const;

/** The namespace of the queues, for sending. Connects at the first message. */
export function connectServiceBus(connection: ServiceBusConnection): ServiceBusClient {
  return 'connectionString' in connection
    ? new ServiceBusClient(connection.connectionString, SEND_OPTIONS)
    : new ServiceBusClient(
        connection.fullyQualifiedNamespace,
        createCredential(connection.clientId),
        SEND_OPTIONS,
      );
}

/** What tells how the queues are declared. Makes no request by itself. */
export function connectAdministration(connection: ServiceBusConnection): ServiceBusAdministrationClient {
  if (!('connectionString' in connection)) {
    const { fullyQualifiedNamespace, clientId } = connection;
    return new ServiceBusAdministrationClient(fullyQualifiedNamespace, createCredential(clientId));
  }
  const client = new ServiceBusAdministrationClient(connection.connectionString);
  if (!/UseDevelopmentEmulator=true/i.test(connection.connectionString)) return client;
  // The client takes https for granted; its own pipeline lets that be changed.
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

/** A line in the log when a queue does not take a message, before it is tried again for as long as it makes sense. */
export function logSendRefusal(log: Logger): OnSendRefused {
  return ({ code, message: detail, hint, context, cause }) => {
    const fields = { code, detail, hint, ...context };
    if (code === 'unexpected')
      log.error('a message could not be sent to its queue', { ...fields, error: cause });
    else log.warn('a queue does not take a message', fields);
  };
}
