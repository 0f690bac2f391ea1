import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LocalAccount } from '@blobmirror/local/connections';
import { spawnListingServer } from '../spawn-listing-server.ts';
import { usageOf } from '../usage.ts';
import { CONTAINER, type Listed, PAGE_ENTRIES } from './load.ts';
import { runClient } from './run-client.ts';

/** What servers without a store take, so that figures of other machines can be compared. */
export interface Bare {
  /** Processor time of `node:http` for a request with the body of a blob, in ms. */
  readonly requestMs: number;
  readonly rssMiB: number;
}

const REQUESTS = 10_000;

export async function measureBare(atOnce: number): Promise<Bare> {
  const server = fork(fileURLToPath(new URL('bare-server.ts', import.meta.url)));
  const [port] = (await once(server, 'message')) as [number];
  const account = accountAt(`http://127.0.0.1:${port}/backupaccount`);
  const put = { do: 'requests', method: 'PUT', atOnce, count: REQUESTS } as const;
  await runClient(account, { ...put, from: 0, count: REQUESTS / 10 });
  const before = usageOf(server.pid ?? 0);
  await runClient(account, { ...put, from: 0 });
  const after = usageOf(server.pid ?? 0);
  server.disconnect();
  return { requestMs: (after.cpuMs - before.cpuMs) / REQUESTS, rssMiB: after.rssMiB };
}

/** Flat listings of as many blobs of the same names, from a server that writes pages from memory. */
export async function measureBareListings(
  blobs: number,
): Promise<{ readonly raw: Listed; readonly sdk: Listed }> {
  const server = await spawnListingServer({
    blobs,
    container: CONTAINER,
    account: 'backupaccount',
    metadata: 0,
  });
  const account = accountAt(/BlobEndpoint=([^;]+)/.exec(server.connectionString)?.[1] ?? '');
  const query = `restype=container&comp=list&maxresults=${PAGE_ENTRIES}`;
  const raw = await runClient(account, { do: 'list', query });
  const sdk = await runClient({ ...account, ...server }, { do: 'sdk-list' });
  await server.stop();
  return { raw, sdk };
}

function accountAt(blobEndpoint: string): LocalAccount {
  const accountKey = Buffer.from('any key will do').toString('base64');
  return { accountName: 'backupaccount', accountKey, blobEndpoint, dfsEndpoint: null, connectionString: '' };
}
