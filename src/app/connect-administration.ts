import { ServiceBusAdministrationClient } from '@azure/service-bus';
import type { ServiceBusConnection } from '../config/connections.ts';
import { createCredential } from './create-credential.ts';

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
