/**
 * The composition root: settings to adapters to use cases. The only place that makes Azure clients. It holds no logic
 * of its own: what can be decided is decided in a room below.
 */
import { ServiceBusClient } from '@azure/service-bus';
import { createAzureBackup } from '../azure/azure-backup.js';
import { createAzureHintQueue } from '../azure/azure-hint-queue.js';
import { createAzureReader } from '../azure/azure-reader.js';
import type { ServiceBusConnection } from '../config/connections.js';
import type { Settings } from '../config/settings.js';
import { handleMessage, type IncomingMessage } from '../intake/handle-message.js';
import { createScope } from '../model/scope.js';
import { converge } from '../mirror/converge.js';
import { shareFlights } from '../mirror/flights.js';
import { mapContainers } from '../ports/map-containers.js';
import { sweep, type SweepReport } from '../reconcile/sweep.js';
import type { Logger } from '../telemetry/logger.js';
import { connectStorage } from './connect-storage.js';
import { createCredential } from './create-credential.js';

export interface Mirror {
  /** Mirrors what one queue message tells of; rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /** Looks at every blob of both accounts once and brings in step what is not. */
  sweep(): Promise<SweepReport>;
  stop(): Promise<void>;
}

export function createMirror(settings: Settings, log: Logger): Mirror {
  const sourceAccount = connectStorage(settings.source);
  const source = createAzureReader(sourceAccount);
  const scope = createScope(source.account, settings.scope);
  const backup = mapContainers(createAzureBackup(connectStorage(settings.backup), sourceAccount), scope);
  const pair = { source, backup, policy: settings.policy };
  const convergeKey = shareFlights((key) => converge(pair, key));

  const serviceBus = connectServiceBus(settings.serviceBus);
  const queue = createAzureHintQueue(serviceBus.createSender(settings.eventsQueue));

  return {
    handleMessage: async (message) => {
      await handleMessage({ scope, converge: convergeKey, queue }, log, message);
    },
    sweep: async () => await sweep({ source, backup, scope, converge: convergeKey }, log),
    stop: async () => {
      await serviceBus.close();
    },
  };
}

function connectServiceBus(connection: ServiceBusConnection): ServiceBusClient {
  return 'connectionString' in connection
    ? new ServiceBusClient(connection.connectionString)
    : new ServiceBusClient(connection.fullyQualifiedNamespace, createCredential(connection.clientId));
}
