import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ListingServer, ListingServerOptions } from './listing-server.ts';

/** A listing server in a process of its own, so that its processor time is not the client's. It ends with this one. */
export async function spawnListingServer(options: ListingServerOptions): Promise<ListingServer> {
  const script = fileURLToPath(new URL('serve-listing.js', import.meta.url));
  const server = fork(script, [JSON.stringify(options)]);
  const [connectionString] = (await once(server, 'message')) as [string];
  return {
    connectionString,
    stop: async () => {
      server.disconnect();
      await once(server, 'exit');
    },
  };
}
