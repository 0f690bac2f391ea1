/**
 * A storage service in a process of its own, for blobs that are too large to keep: it generates the bytes of
 * any requested range, compares incoming blocks with what it would have sent, and forgets them. It imports
 * none of our code, so that Node runs it unbuilt.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Blocks of this size are expected, by index: the last three bytes of their ids. */
const BLOCK = Number(process.argv[2]);
/** Prime, so that no two blocks begin alike. */
const PERIOD = 1_048_583;
const CHUNK = 256 * 1024;

const pattern = Buffer.alloc(PERIOD + CHUNK);
for (let i = 0, state = 1; i < pattern.length; i++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  pattern[i] = i < PERIOD ? state >>> 24 : (pattern[i - PERIOD] ?? 0);
}
const bytesAt = (offset: number, count: number): Buffer =>
  pattern.subarray(offset % PERIOD, (offset % PERIOD) + count);

const totals = { received: 0, damaged: 0, committed: 0 };

async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers['x-ms-range'])) ?? [];
  const [start, end] = [Number(first), Number(last) + 1];
  response.writeHead(206, {
    etag: '"0x1"',
    'last-modified': new Date(0).toUTCString(),
    'content-length': end - start,
    'content-range': `bytes ${start}-${end - 1}/${Number.MAX_SAFE_INTEGER}`,
    'x-ms-blob-type': 'BlockBlob',
  });
  for (let offset = start; offset < end; offset += CHUNK) {
    if (!response.write(bytesAt(offset, Math.min(CHUNK, end - offset))))
      await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

async function receive(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let offset = Buffer.from(id, 'base64').readUIntBE(Buffer.from(id, 'base64').length - 3, 3) * BLOCK;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += CHUNK) {
      const part = chunk.subarray(at, at + CHUNK);
      if (!part.equals(bytesAt(offset + at, part.length))) totals.damaged++;
    }
    offset += chunk.length;
    totals.received += chunk.length;
  }
  response.writeHead(201).end();
}

async function commit(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let list = '';
  for await (const chunk of request) list += String(chunk);
  totals.committed = list.split('<Latest>').length - 1;
  response.writeHead(201, { etag: '"0x2"' }).end();
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Every answer of the service has these.
  response.setHeader('x-ms-request-id', '1');
  const { searchParams } = new URL(request.url ?? '', 'http://localhost');
  const [comp, id] = [searchParams.get('comp'), searchParams.get('blockid')];
  if (id !== null) await receive(id, request, response);
  else if (comp === null) await send(request, response);
  else if (request.method === 'PUT') await commit(request, response);
  else response.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end();
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.send?.(totals));
process.on('disconnect', () => process.exit());
