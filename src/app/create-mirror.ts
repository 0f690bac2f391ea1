/**
 * The composition root: settings to adapters to use cases. The only place that makes Azure clients. It holds no logic
 * of its own: what can be decided is decided in a room below.
 */
import { ServiceBusClient } from '@azure/service-bus';
import { createAzureBackup } from '../azure/azure-backup.js';
import { createAzureHintQueue } from '../azure/azure-hint-queue.js';
import { createAzureReader } from '../azure/azure-reader.js';
import type { Account } from '../azure/connect-account.js';
import type { ServiceBusConnection, StorageConnection } from '../config/connections.js';
import type { Settings } from '../config/settings.js';
import { handleMessage, type IncomingMessage } from '../intake/handle-message.js';
import type { Mirroring } from '../intake/mirror-hint.js';
import { createScope } from '../model/scope.js';
import { type OpenHeart, openHeart } from '../mirror/open-heart.js';
import { AdaptiveGate } from '../ports/adaptive-gate.js';
import { insistOnQueue } from '../ports/insist-on-queue.js';
import { mapContainers } from '../ports/map-containers.js';
import { capRequests } from '../ports/request-cap.js';
import { throttleBackup, throttleReader } from '../ports/throttle.js';
import type { Sides } from '../reconcile/sides.js';
import { sweep, type SweepReport } from '../reconcile/sweep.js';
import { walk } from '../reconcile/walk.js';
import type { Logger } from '../telemetry/logger.js';
import { createKindCheck } from './account-kinds.js';
import { connectStorage } from './connect-storage.js';
import { createCredential } from './create-credential.js';

export interface Mirror {
  /** Mirrors what one queue message tells of; rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /**
   * Sees whether the two accounts go together.
   * @throws BlobmirrorError `account-kinds-differ`, or any storage code
   */
  checkAccounts(): Promise<void>;
  /** Looks at every blob of both accounts once and brings in step what is not. */
  sweep(): Promise<SweepReport>;
  stop(): Promise<void>;
}

export function createMirror(settings: Settings, log: Logger): Mirror {
  const rates = settings.maxRequestsPerSecond;
  const sourceAccount = connectCapped(settings.source, rates.source);
  const backupAccount = connectCapped(settings.backup, rates.backup);
  const gates = {
    source: new AdaptiveGate({ account: sourceAccount.name }),
    backup: new AdaptiveGate({ account: backupAccount.name }),
  };
  const source = throttleReader(createAzureReader(sourceAccount), gates.source);
  const scope = createScope(source.account, settings.scope);
  const backup = mapContainers(
    throttleBackup(createAzureBackup(backupAccount, sourceAccount, settings.copy), gates),
    scope,
  );
  const isHierarchical = createKindCheck(sourceAccount, backupAccount, settings);
  let opened: OpenHeart | undefined;
  const heart = async (): Promise<OpenHeart> => {
    const hierarchical = await isHierarchical();
    return (opened ??= openHeart({ source, backup, policy: settings.policy }, { hierarchical }));
  };
  const sides = async (): Promise<Sides> => ({
    source,
    backup,
    scope,
    hierarchical: await isHierarchical(),
    policy: settings.policy,
  });
  const convergeKey: Mirroring['converge'] = async (key, since) => await (await heart()).converge(key, since);
  const intake: Mirroring = {
    scope,
    converge: convergeKey,
    followRename: async (rename) => await (await heart()).followRename(rename),
    walk: async (prefixes, from, look) => await walk(await sides(), { prefixes, from, look }),
  };

  const serviceBus = connectServiceBus(settings.serviceBus);
  const queue = insistOnQueue(createAzureHintQueue(serviceBus.createSender(settings.eventsQueue)));

  return {
    handleMessage: async (message) => {
      await handleMessage({ ...intake, queue }, log, message);
    },
    checkAccounts: async () => {
      await isHierarchical();
    },
    sweep: async () => await sweep({ ...(await sides()), converge: convergeKey }, log),
    stop: async () => {
      await serviceBus.close();
    },
  };
}

function connectCapped(connection: StorageConnection, perSecond: number | undefined): Account {
  if (perSecond === undefined) return connectStorage(connection);
  return connectStorage(connection, { tries: 1, cap: capRequests(connection.accountName, perSecond) });
}

/** A send that gets no answer is given up within the minute: whoever sends insists by itself, and has a function's time to keep. */
const SEND_OPTIONS = { retryOptions: { maxRetries: 1, timeoutInMs: 30_000 } } as const;

function connectServiceBus(connection: ServiceBusConnection): ServiceBusClient {
  return 'connectionString' in connection
    ? new ServiceBusClient(connection.connectionString, SEND_OPTIONS)
    : new ServiceBusClient(
        connection.fullyQualifiedNamespace,
        createCredential(connection.clientId),
        SEND_OPTIONS,
      );
}
