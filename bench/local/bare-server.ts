/** A server that stores nothing: reads each body and answers 201. It says where it is and lives as long as its parent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
  incoming.resume().once('end', () => outgoing.writeHead(201).end());
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
