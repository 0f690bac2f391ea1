import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { atEndOfFile } from './end-of-file.ts';

export interface BreakableNetwork {
  /** Connections here are passed on while the network is up. */
  readonly port: number;
  /** Cuts every connection, and each new one, until it is repaired. */
  break(): void;
  repair(): void;
}

const running: (() => void)[] = [];

/** A proxy to a port of this machine that can be broken. It is closed when the tests of the file are over. */
export async function startBreakableNetwork(to: number): Promise<BreakableNetwork> {
  const open = new Set<Socket>();
  let broken = false;
  const server = createServer((near) => {
    if (broken) {
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    join(near, far);
    join(far, near);
  });

  function join(from: Socket, onward: Socket): void {
    open.add(from);
    from.on('error', () => from.destroy());
    from.on('close', () => {
      open.delete(from);
      onward.destroy();
    });
    from.pipe(onward);
  }

  function cut(): void {
    broken = true;
    for (const socket of open) socket.destroy();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(() => {
    server.close();
    cut();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the network has no port');
  return { port: address.port, break: cut, repair: () => void (broken = false) };
}

atEndOfFile(async () => {
  for (const stop of running.splice(0)) await Promise.resolve(stop());
});
