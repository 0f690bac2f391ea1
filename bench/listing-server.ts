import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstFrom, type ListedBlobs, nameOf, PageWriter, writeDirectories } from './listing-pages.ts';

export interface ListingServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

export interface ListingServerOptions {
  readonly blobs: number;
  readonly container: string;
  /** `sourceaccount` when it is not told. */
  readonly account?: string;
  /** Metadata entries of each blob beside the stamp; 2 when it is not told. */
  readonly metadata?: number;
  /** Makes it a backup, in step with a server of this account and as many blobs. */
  readonly stampOf?: string;
}

const LARGEST_PAGE = 5000;

/**
 * A storage account that answers List Blobs and nothing else, from memory, so that what is measured is the client.
 * Signatures are not looked at. Knows `prefix`, `startFrom`, `marker`, `maxresults`,
 * `delimiter` and `include=metadata`.
 */
export async function startListingServer(options: ListingServerOptions): Promise<ListingServer> {
  const listed: ListedBlobs = { account: 'sourceaccount', metadata: 2, ...options };
  const writers = { full: new PageWriter(listed, true), bare: new PageWriter(listed, false) };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://127.0.0.1');
    response.setHeader('x-ms-version', request.headers['x-ms-version'] ?? '');
    response.setHeader('x-ms-client-request-id', request.headers['x-ms-client-request-id'] ?? '');
    response.setHeader('content-type', 'application/xml');
    if (query.get('comp') !== 'list' || pathname !== `/${listed.account}/${listed.container}`) {
      const code = pathname.split('/').length > 3 ? 'BlobNotFound' : 'ContainerNotFound';
      response.setHeader('x-ms-error-code', code);
      response
        .writeHead(404)
        .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`);
      return;
    }
    const prefix = query.get('prefix') ?? '';
    const begin = Math.max(
      firstFrom(listed.blobs, prefix),
      firstFrom(listed.blobs, query.get('startFrom') ?? ''),
      Number(query.get('marker') ?? 0),
    );
    // No name has a character beyond this one.
    const end = firstFrom(listed.blobs, `${prefix}\uFFFF`);
    const size = Math.min(LARGEST_PAGE, Number(query.get('maxresults') ?? LARGEST_PAGE));
    const withMetadata = query.get('include')?.split(',').includes('metadata') === true;
    const page =
      query.get('delimiter') === '/' && nameOf(begin).slice(prefix.length).includes('/')
        ? directories(prefix, begin, end, size)
        : blobs(writers[withMetadata ? 'full' : 'bare'], begin, end, size);
    // As the service sends it: in chunks of which nobody knows how many are to come.
    response.writeHead(200, { 'x-ms-request-id': '1', 'transfer-encoding': 'chunked' }).end(page);
  }

  function blobs(writer: PageWriter, begin: number, end: number, size: number): Buffer {
    const to = Math.min(end, begin + size);
    return writer.write(begin, to, to < end ? String(to) : '');
  }

  /** No directory has blobs and directories. */
  function directories(prefix: string, begin: number, end: number, size: number): Buffer {
    const names: string[] = [];
    let at = begin;
    while (at < end && names.length < size) {
      const name = nameOf(at);
      const directory = name.slice(0, name.indexOf('/', prefix.length) + 1);
      names.push(directory);
      at = firstFrom(listed.blobs, `${directory}\uFFFF`);
    }
    return writeDirectories(listed, names, at < end ? String(at) : '');
  }

  const server = createServer({ keepAliveTimeout: 120_000 }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/${listed.account}`;
  const key = Buffer.from('any key will do').toString('base64');
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${listed.account};AccountKey=${key};BlobEndpoint=${endpoint};`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
