import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * The port, or any free one for 0. Nobody listens on it at this moment: a child that is told to listen there finds it
 * free, and a port that is taken is told of before anything is begun.
 *
 * @throws BlobmirrorError `port-taken`
 */
export async function freePort(wanted: number, service: string): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new BlobmirrorError('port-taken', `port ${wanted} of 127.0.0.1, wanted for ${service}, is taken`, {
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
