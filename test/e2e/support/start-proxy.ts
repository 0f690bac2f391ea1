import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEndOfFile } from './end-of-file.ts';

/** Answers a request itself and returns true, or leaves it to the server. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

const running: (() => Promise<void>)[] = [];

/**
 * An HTTP proxy in front of a server on 127.0.0.1. Returns its port. It is closed when the tests of the file
 * are over.
 */
export async function startProxy(port: number, intercept: Intercept): Promise<number> {
  // Only a test may make requests fail: a connection that is closed just as it is used again would do so,
  // too.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (intercept(request, response)) {
      request.resume();
      return;
    }
    const { method, url, rawHeaders } = request;
    const onward = send(
      {
        agent: false,
        host: '127.0.0.1',
        port,
        method,
        path: url,
        headers: toHost(`127.0.0.1:${port}`, rawHeaders),
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

atEndOfFile(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** Names as written, since metadata names are the user's own. */
function toHost(host: string, raw: readonly string[]): string[] {
  return raw.map((text, i) => (i % 2 === 1 && raw[i - 1]?.toLowerCase() === 'host' ? host : text));
}
