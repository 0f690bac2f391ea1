import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Cuts every connection that is open; new ones are taken. */
  cut(): void;
  stop(): void;
}

/** Passes TCP connections on to a port of this machine: a network that a test can break. */
export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const [from, onward] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        onward.destroy();
      });
      from.pipe(onward);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const cut = (): void => sockets.forEach((socket) => void socket.destroy());
  return {
    port: address.port,
    cut,
    stop() {
      server.close();
      cut();
    },
  };
}
