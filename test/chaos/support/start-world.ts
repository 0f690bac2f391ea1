import { join } from 'node:path';
import {
  type EventGrid,
  createEventGrid,
  BACKUP,
  EVENTS_QUEUE,
  RECONCILE_QUEUE,
  SOURCE,
  type LocalAccount,
  writeReadyFile,
  type Storage,
  startStorage,
  type StorageMutation,
} from '@blobmirror/local';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { type Accounts, connectAccounts } from '../../e2e/support/start-environment.ts';
import { RestartableBroker } from './restartable-broker.ts';
import { type FaultProxy, startFaultProxy } from './start-fault-proxy.ts';
import { Witness } from './witness.ts';

/** The services that workers use, with the given faults in between. */
export interface World {
  /** As the users of the accounts see them: without faults. */
  readonly accounts: Accounts;
  /** Connects workers to the proxies. */
  readonly readyFile: string;
  readonly proxies: Readonly<Record<'source' | 'backup', FaultProxy>>;
  readonly events: Pick<EventGrid, 'idle' | 'pending'>;
  readonly broker: RestartableBroker;
  readonly witness: Witness;
  stop(): Promise<void>;
}

/**
 * Event Grid waits at least ten seconds before it retries; a queue that is back should not stay empty that
 * long.
 */
const DELIVERY_RETRIES_MS = [300, 600, 1200];

/** @param directory of the queues, for the life of the world */
export async function startWorld(seed: number, directory: string): Promise<World> {
  const broker = await RestartableBroker.start(join(directory, 'service-bus'));
  const witness = new Witness();
  const events = createEventGrid({
    subscriptions: [
      {
        name: 'chaos',
        account: SOURCE.name,
        schema: 'EventGridSchema',
        retry: { maxDeliveryAttempts: 30, eventTimeToLiveMinutes: 1440, delaysMs: DELIVERY_RETRIES_MS },
        deliver: async (delivery) => await broker.send(delivery),
      },
    ],
    faults: { seed, duplicateShare: 0.3, reorderWindow: 20, delayMs: { max: 1500 } },
  });
  const onMutation = (mutation: StorageMutation): void => {
    if (mutation.account === SOURCE.name) witness.sourceChanged(mutation);
    events.publish(mutation);
  };
  const storage = await startStorage({ port: 0, accounts: [SOURCE, BACKUP], onMutation });
  const proxies = {
    source: await startFaultProxy({ to: storage.port, random: createSeededRandom(seed + 1) }),
    backup: await startFaultProxy({
      to: storage.port,
      random: createSeededRandom(seed + 2),
      onAnswer: (exchange) => witness.backupAnswered(exchange),
    }),
  };
  const direct = toLocalInfo(storage, broker);
  const readyFile = join(directory, 'local.json');
  await writeReadyFile(readyFile, {
    ...direct,
    source: through(proxies.source, storage, direct.source),
    backup: through(proxies.backup, storage, direct.backup),
  });
  return {
    accounts: connectAccounts(direct),
    readyFile,
    proxies,
    events,
    broker,
    witness,
    stop: async () => {
      await events.stop();
      await Promise.all([proxies.source.stop(), proxies.backup.stop()]);
      await storage.stop();
      await broker.stop();
    },
  };
}

function toLocalInfo(storage: Storage, { connectionString }: RestartableBroker): ReadyFile {
  const account = ({ name, key }: typeof SOURCE | typeof BACKUP): LocalAccount => ({
    accountName: name,
    accountKey: key,
    blobEndpoint: storage.blobEndpoint(name),
    dfsEndpoint: null,
    connectionString: storage.connectionString(name),
  });
  return {
    source: account(SOURCE),
    backup: account(BACKUP),
    serviceBus: { connectionString, eventsQueue: EVENTS_QUEUE, reconcileQueue: RECONCILE_QUEUE },
    http: { baseUrl: 'http://127.0.0.1:9' },
  };
}

function through(proxy: FaultProxy, storage: Storage, account: LocalAccount): LocalAccount {
  const redirect = (text: string): string =>
    text.replace(`127.0.0.1:${storage.port}`, `127.0.0.1:${proxy.port}`);
  return {
    ...account,
    blobEndpoint: redirect(account.blobEndpoint),
    connectionString: redirect(account.connectionString),
  };
}
