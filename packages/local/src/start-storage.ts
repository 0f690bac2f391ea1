import { once } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import type { Accounts } from './azurite/azurite-model.ts';
import { type DataLake, openDataLake } from './data-lake/data-lake.ts';
import { serveBlobs } from './requests/serve-blobs.ts';
import type { StorageMutation } from './requests/storage-mutation.ts';
import {
  RequestsInFlight,
  type StorageRequest,
  frameHeads,
  observeRequests,
} from './requests/storage-request.ts';
import { registerCopySourceReader } from './storage/copy/copy-source.ts';
import { correctHandlers } from './storage/correct-handlers.ts';
import { observeMutations } from './storage/mutations.ts';
import type { HistoryOptions } from './storage/history-settings.ts';
import { type Stores, openStores } from './storage/open-stores.ts';

/**
 * Azure Storage on this machine: Azurite's blob service in this process, corrected to what Azure documents,
 * for any number of accounts on one port of 127.0.0.1, addressed path-style
 * (`http://127.0.0.1:PORT/account/container`).
 *
 * The corrections are in `storage/` and `requests/`, in files named after what they correct; this file
 * combines them. Clients see what Azure documents, except as listed below.
 *
 * Not simulated, and refused by name (requests/unsupported-requests.ts, requests/refuse-requests.ts):
 * immutability of containers, encryption scopes and customer keys, structured
 * bodies, page range diffs, queries, static websites.
 * Not simulated: change feed, bearer tokens on requests (only on copy sources), roles, HTTPS, limits of rate
 * and of metadata size. Hierarchical accounts are in `data-lake/`. Asynchronous copies and rehydration
 * complete within the request. Metadata with an empty value loses its key.
 */

export interface StorageOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly accounts: readonly Account[];
  /** The data directory; in memory when omitted. For one process at a time. */
  readonly dataDirectory?: string;
  /** All accounts have a hierarchical namespace (Data Lake Gen2). Default: false. */
  readonly hierarchical?: boolean;
  /** Called once for every change that Azure raises an event for, after the store has it. Must not throw. */
  readonly onMutation?: (mutation: StorageMutation) => void;
  /** Called for every request when it is answered. Must not throw. */
  readonly onRequest?: (request: StorageRequest) => void;
  /**
   * Called once when the data directory cannot be written, for example because its disk is full: writes are
   * refused until it can. When omitted, the failure is thrown as an uncaught error. Must not throw.
   */
  readonly onDiskError?: (error: Error) => void;
  /** Called once when it is writable again. Must not throw. */
  readonly onDiskFree?: () => void;
}

export interface Storage {
  readonly port: number;
  /** `http://127.0.0.1:PORT/account` */
  blobEndpoint(account: string): string;
  connectionString(account: string): string;
  /**
   * Puts the clock of the accounts forward by so many milliseconds, and does on the way what each day brings: what has
   * expired goes, and the lifecycle rule deletes versions. Signatures go by the machine's clock.
   */
  advance(ms: number): Promise<void>;
  /** Gives running requests up to half a second, aborts the rest, and saves. Further calls do nothing. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const keepAliveMs = 120_000;
const graceMs = 500;

/** Rejects when the port is taken, with EADDRINUSE as the cause, and when the data directory cannot be read. */
export async function startStorage(options: StorageOptions): Promise<Storage> {
  correctHandlers();
  const requests = new RequestsInFlight();
  const server = createServer({ keepAliveTimeout: keepAliveMs });
  // First the port: when another process serves it, the data directory is most likely that process's.
  const held = holdRequests(server);
  const port = await listen(server, options.port);
  let stores: Stores | undefined;
  try {
    const { onDiskError = throwAtProcess, onDiskFree = () => {} } = options;
    stores = await openStores(options.dataDirectory, options, requests, {
      onDiskError,
      onDiskFree,
    });
    const accounts = createAccounts(options.accounts);
    const lake = correctStore(stores, accounts, port, options);
    const blobs = serveBlobs(stores, accounts, stores.history);
    const answers = lake?.serve(blobs) ?? blobs;
    held.release(frameHeads(observeRequests(answers, requests, options.onRequest)));
    return createStorage(server, port, options, stores);
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await stores?.close();
    throw error;
  }
}

function throwAtProcess(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}

/** Holds requests that arrive while the stores are being opened. */
function holdRequests(server: Server): { release(listener: RequestListener): void } {
  const held: Parameters<RequestListener>[] = [];
  const hold: RequestListener = (...exchange) => void held.push(exchange);
  server.on('request', hold);
  return {
    release(listener) {
      server.off('request', hold);
      server.on('request', listener);
      for (const exchange of held) listener(...exchange);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const problem = isTaken ? 'is already in use' : 'cannot be listened on';
    throw new Error(`Storage: port ${port} of ${host} ${problem}`, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

function correctStore(
  stores: Stores,
  accounts: Accounts,
  port: number,
  { onMutation }: StorageOptions,
): DataLake | undefined {
  const { store, namespace, metadata, extents } = stores;
  const origin = `http://${host}:${port}`;
  registerCopySourceReader({
    accounts,
    store,
    paths: stores.paths,
    history: stores.history,
    metadataStore: metadata,
    extentStore: extents,
    isOwnHost: (name) => name === `${host}:${port}` || name === `localhost:${port}`,
  });
  const lake =
    namespace &&
    openDataLake(
      { store, namespace, history: stores.history, metadata, extents },
      { accounts, origin, onMutation },
    );
  // Outermost, so that a request that is refused is not reported.
  if (onMutation) observeMutations(stores, metadata, origin, onMutation);
  return lake;
}

function createStorage(
  server: Server,
  port: number,
  { accounts, hierarchical }: StorageOptions,
  stores: Stores,
): Storage {
  const blobEndpoint = (account: string) => `http://${host}:${port}/${account}`;
  let stopped: Promise<void> | undefined;
  return {
    port,
    blobEndpoint,
    connectionString(account) {
      const key = accounts.find(({ name }) => name === account)?.key;
      if (key === undefined) throw new Error(`Storage: there is no account ${account}`);
      const endpoint = blobEndpoint(account);
      // The JavaScript SDK reads the first endpoint only; az and the Python SDK use the second for the Data
      // Lake API.
      const endpoints = `BlobEndpoint=${endpoint};${hierarchical ? `DfsEndpoint=${endpoint};` : ''}`;
      return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};${endpoints}`;
    },
    advance: async (ms) => await stores.lifecycle.advance(ms),
    stop: () => (stopped ??= stop(server, stores)),
  };
}

async function stop(server: Server, stores: Stores): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cutOff);
  await stores.close();
}

export interface Account extends HistoryOptions {
  readonly name: string;
  /** Base64. */
  readonly key: string;
}

/**
 * The accounts of one server. Replaces Azurite's own store, which reads them from an environment variable of
 * the process and so cannot give two servers in one process different accounts.
 */
function createAccounts(accounts: readonly Account[]): Accounts {
  const byName = new Map(
    accounts.map(({ name, key }) => [name, { name, key1: Buffer.from(key, 'base64') }] as const),
  );
  return { getAccount: (name) => byName.get(name) };
}
