/** A listing server in a process of its own, told what to serve in JSON. It says where it is and lives as long as its parent. */
import { type ListingServerOptions, startListingServer } from './listing-server.ts';

const server = await startListingServer(JSON.parse(process.argv[2] ?? '{}') as ListingServerOptions);
process.once('disconnect', () => void server.stop());
process.send?.(server.connectionString);
