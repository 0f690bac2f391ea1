import { ServiceBusClient } from '@azure/service-bus';
import type { ServiceBusConnection } from '../config/connections.ts';
import { createCredential } from './create-credential.ts';

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
