import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE_SIZE = 10;
const REFUSED =
  '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationPermissionMismatch</Code><Message>no more</Message></Error>';

/** Stands before an account and lists its blobs ten to a page; whoever asks for a second page is refused. For requests with a SAS. */
export async function startUnreadableSource(
  endpoint: string,
): Promise<{ readonly blobEndpoint: string; readonly stop: () => Promise<void> }> {
  const { origin, pathname } = new URL(endpoint);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', origin);
    if (url.searchParams.get('comp') === 'list' && url.pathname !== pathname) {
      if (url.searchParams.has('marker')) {
        response.setHeader('x-ms-error-code', 'AuthorizationPermissionMismatch');
        response.setHeader('content-type', 'application/xml');
        response.writeHead(403).end(REFUSED);
        return;
      }
      url.searchParams.set('maxresults', String(PAGE_SIZE));
    }
    const { method, headers } = request;
    const onward = sendRequest(url, { method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    blobEndpoint: `http://127.0.0.1:${port}${pathname}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
