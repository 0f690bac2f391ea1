/**
 * The embedded environment: two storage accounts, Event Grid and Service Bus on 127.0.0.1, for development
 * and tests. Each speaks the real protocol to the real SDKs and behaves as Azure documents it, even where
 * that is inconvenient. It knows nothing of its clients.
 */
import { join } from 'node:path';
import { LocalError } from './local-error.ts';
import type { LocalLogger } from './logger.ts';
import {
  BACKUP,
  EVENT_DEAD_LETTER_CONTAINER,
  EVENTS_QUEUE,
  QUEUES,
  RECONCILE_QUEUE,
  SOURCE,
} from './layout.ts';
import { type Account, type Storage, startStorage } from './start-storage.ts';
import { lockDataDirectory, recordAccountKind } from './data-directory.ts';
import type { HistoryOptions } from './storage/history-settings.ts';
import { createEventGrid, type EventGrid } from './event-grid/event-grid.ts';
import type { FaultPlan } from './event-grid/fault-plan.ts';
import type { LocalAccount, LocalConnections } from './ready-file.ts';
import { type Broker, startBroker } from './service-bus/start-broker.ts';
import type { StorageMutation } from './requests/storage-mutation.ts';
import { isStoreError } from './store/store-error.ts';
import type { StorageRequest } from './requests/storage-request.ts';

export interface LocalOptions {
  /** 0 picks a free one; likewise below. */
  readonly storagePort: number;
  readonly serviceBusPort: number;
  /** Makes both accounts Data Lake accounts. Default: flat. */
  readonly hierarchical?: boolean;
  /** Directory of the accounts and queues. In memory when omitted. */
  readonly dataDirectory?: string;
  /** What the accounts keep of what is overwritten or deleted. */
  readonly sourceHistory?: HistoryOptions;
  readonly backupHistory?: HistoryOptions;
  /** Faults between the source and the queue, for tests. */
  readonly faults?: FaultPlan;
  /** Called for every answered storage request, for counting in tests and benchmarks. */
  readonly onRequest?: (request: StorageRequest) => void;
  /** For example `console`. Default: no log. */
  readonly log?: LocalLogger;
}

export interface Local {
  readonly connections: LocalConnections;
  /** Number of events on their way from the source to the queue. */
  readonly events: Pick<EventGrid, 'pending' | 'idle'>;
  readonly broker: Broker;
  /** Puts the clock of the accounts forward: see `Storage`. */
  readonly advance: Storage['advance'];
  stop(): Promise<void>;
}

/** @throws LocalError `port-taken`, or `setting-invalid` for a data directory of another process or another kind */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { dataDirectory, hierarchical = false, log } = options;
  const release = dataDirectory === undefined ? undefined : await lockDataDirectory(dataDirectory);
  const undo: (() => Promise<void>)[] = release === undefined ? [] : [release];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    // A failed save must not keep the other parts from being stopped.
    for (const each of undo.splice(0).toReversed())
      await each().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    if (dataDirectory !== undefined) await recordAccountKind(dataDirectory, hierarchical);
    const broker = await withPortError(
      'service bus',
      options.serviceBusPort,
      async () =>
        await startBroker({
          port: options.serviceBusPort,
          queues: QUEUES,
          ...(log !== undefined && { log }),
          ...(dataDirectory !== undefined && { dataDirectory: join(dataDirectory, 'service-bus') }),
        }),
    );
    undo.push(async () => await broker.stop());

    let onMutation: (mutation: StorageMutation) => void = () => {};
    const storage = await withPortError(
      'storage',
      options.storagePort,
      async () =>
        await startStorage({
          port: options.storagePort,
          accounts: [
            { ...SOURCE, ...options.sourceHistory },
            { ...BACKUP, ...options.backupHistory },
          ],
          hierarchical,
          onMutation: (mutation) => onMutation(mutation),
          onDiskError: (error) =>
            log?.error('the local storage cannot be written: it refuses writes until it can', {
              detail: error.message,
            }),
          onDiskFree: () => log?.info('the local storage is written again'),
          ...(options.onRequest !== undefined && { onRequest: options.onRequest }),
          ...(dataDirectory !== undefined && { dataDirectory: join(dataDirectory, 'storage') }),
        }),
    );
    undo.push(async () => await storage.stop());

    const events = subscribeEventsQueue(storage, broker, options);
    onMutation = (mutation) => events.publish(mutation);
    undo.push(async () => await events.stop());

    return {
      connections: connectionsOf(storage, broker, hierarchical),
      events,
      broker,
      advance: async (ms) => await storage.advance(ms),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Delivers all events of the source account to the events queue, as in the infra template. */
function subscribeEventsQueue(storage: Storage, broker: Broker, { faults, log }: LocalOptions): EventGrid {
  return createEventGrid({
    subscriptions: [
      {
        name: 'blobmirror',
        account: SOURCE.name,
        schema: 'EventGridSchema',
        deliver: async (delivery) => await broker.send(EVENTS_QUEUE, delivery),
        deadLetter: async (path, body) =>
          await uploadEventDeadLetter(storage.connectionString(BACKUP.name), path, body),
      },
    ],
    ...(log !== undefined && { log }),
    ...(faults !== undefined && { faults }),
  });
}

function connectionsOf(storage: Storage, broker: Broker, hierarchical: boolean): LocalConnections {
  const account = ({ name, key }: Account): LocalAccount => ({
    accountName: name,
    accountKey: key,
    blobEndpoint: storage.blobEndpoint(name),
    // One origin serves both APIs.
    dfsEndpoint: hierarchical ? storage.blobEndpoint(name) : null,
    connectionString: storage.connectionString(name),
  });
  return {
    source: account(SOURCE),
    backup: account(BACKUP),
    serviceBus: {
      connectionString: broker.connectionString,
      eventsQueue: EVENTS_QUEUE,
      reconcileQueue: RECONCILE_QUEUE,
    },
  };
}

/** Writes an undeliverable event as a blob of the backup account. */
export async function uploadEventDeadLetter(
  connectionString: string,
  path: string,
  body: string,
): Promise<void> {
  // Loaded on demand, since it is rarely needed.
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const container =
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient(EVENT_DEAD_LETTER_CONTAINER);
  await container.createIfNotExists();
  await container.getBlockBlobClient(path).upload(body, Buffer.byteLength(body), {
    blobHTTPHeaders: { blobContentType: 'application/json' },
  });
}

/** A store that cannot be opened is a data directory that cannot be used. */
function fromStoreError(error: unknown): unknown {
  return isStoreError(error) ? new LocalError('setting-invalid', error.message, { cause: error }) : error;
}

async function withPortError<Server>(
  service: string,
  port: number,
  start: () => Promise<Server>,
): Promise<Server> {
  try {
    return await start();
  } catch (error) {
    if (!isPortTaken(error)) throw fromStoreError(error);
    throw new LocalError('port-taken', `port ${port} of 127.0.0.1, wanted for ${service}, is taken`, {
      cause: error,
    });
  }
}

function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'EADDRINUSE') || isPortTaken(error.cause);
}
