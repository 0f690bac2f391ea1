import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SharedPort {
  readonly port: number;
  /** Starts to serve clients. Earlier connections wait. */
  serve(handlers: SharedPortHandlers): void;
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

/** The servers behind the port. */
interface SharedPortHandlers {
  amqp(socket: Socket): void;
  readonly http: RequestListener;
}

/**
 * One port for AMQP and HTTP, because the administration client uses the port of the AMQP endpoint. The first
 * bytes of a connection decide: AMQP starts with its name. Listens on 127.0.0.1 only; rejects when the port
 * is taken.
 */
export async function openSharedPort(port: number): Promise<SharedPort> {
  const { promise: served, resolve: serve } = Promise.withResolvers<SharedPortHandlers>();
  const http = createHttpServer((request, response) => {
    void served.then((handlers) => handlers.http(request, response));
  });
  const sockets = new Set<Socket>();
  const route = (socket: Socket, handlers: SharedPortHandlers) => {
    socket.once('data', (first) => {
      socket.pause();
      if ('AMQP'.startsWith(first.toString('latin1', 0, 4))) handlers.amqp(socket);
      else http.emit('connection', socket);
      socket.unshift(first);
      socket.resume();
    });
  };
  // Without noDelay a sequential sender waits about 20 ms for each acknowledgement.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // For errors before a server takes the socket and adds its own listener.
    socket.on('error', () => undefined);
    void served.then((handlers) => route(socket, handlers));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(portError(port, cause)));
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return {
    port: portOf(server.address()),
    serve,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      // With an error, so that rhea sees the end of its connection and stops its heartbeats.
      for (const socket of sockets) socket.destroy(new Error('the broker stops'));
      http.close();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the port is not open');
  return address.port;
}

function portError(port: number, cause: NodeJS.ErrnoException): Error {
  const reason =
    cause.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${cause.message})`;
  return Object.assign(new Error(`Service Bus port ${port} ${reason}`, { cause }), { code: cause.code });
}
