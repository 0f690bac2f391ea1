import { randomUUID } from 'node:crypto';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WireRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Wire {
  readonly port: number;
  readonly requests: WireRequest[];
  /** Called before a request is forwarded. If it returns an answer, that is sent instead. */
  intercept: (request: WireRequest) => WireAnswer | undefined | Promise<WireAnswer | undefined>;
  stop(): Promise<void>;
}

/** A proxy between a client and a storage server: it sees every request as sent, and may answer itself. */
export async function startWire(targetPort: number): Promise<Wire> {
  const requests: WireRequest[] = [];
  const server = createServer(
    { keepAliveTimeout: 120_000 },
    (incoming, outgoing) => void pass(incoming, outgoing),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire: Wire = {
    port: (server.address() as AddressInfo).port,
    requests,
    intercept: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    requests.push({ method, url, headers });
    const answer = await wire.intercept({ method, url, headers });
    if (answer !== undefined) {
      incoming.resume();
      // Every answer of the service has these.
      outgoing.setHeader('x-ms-client-request-id', headers['x-ms-client-request-id'] ?? '');
      outgoing.setHeader('x-ms-request-id', randomUUID());
      outgoing.setHeader('x-ms-version', '2026-02-06');
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const onward = request(
      { host: '127.0.0.1', port: targetPort, method, path: url, headers: incoming.rawHeaders, agent: false },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 500, response.rawHeaders);
        response.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }
}
