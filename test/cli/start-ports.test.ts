import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { refuseTakenPorts } from '../../src/cli/run-start.ts';

const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it('a start names every port that is taken, and the flags that pick free ones', async () => {
  vi.stubEnv('npm_lifecycle_event', 'start');
  const [storagePort, httpPort] = [await takenPort(), await takenPort()];
  const refused = refuseTakenPorts({ storagePort, serviceBusPort: 0, httpPort });
  await expect(refused).rejects.toMatchObject({
    code: 'port-taken',
    message: `port ${storagePort} of 127.0.0.1, wanted for storage, is taken; port ${httpPort} of 127.0.0.1, wanted for the app, is taken`,
    hint: expect.stringContaining(
      'npm start -- --storage-port 0 --service-bus-port 0 --http-port 0',
    ) as string,
  });
  await expect(refuseTakenPorts({ storagePort: 0, serviceBusPort: 0, httpPort: 0 })).resolves.toBeUndefined();
});
