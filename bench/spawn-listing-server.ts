import { fork } from 'node:child_process';
import { once } from 'node:events';
import { bundled } from './bundled.ts';
import type { ListingServer, ListingServerOptions } from './listing-server.ts';

/** A listing server in a process of its own, so that its processor time is not the client's. It ends with this one. */
export async function spawnListingServer(options: ListingServerOptions): Promise<ListingServer> {
  const server = fork(bundled('serve-listing'), [JSON.stringify(options)]);
  const [connectionString] = (await once(server, 'message')) as [string];
  return {
    connectionString,
    stop: async () => {
      server.disconnect();
      await once(server, 'exit');
    },
  };
}
