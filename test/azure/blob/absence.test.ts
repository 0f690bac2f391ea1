import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import type { ListRange } from '../../../src/ports/blob-reader.ts';
import { KEY } from '../../support/keys.ts';

/** A reader of an account that answers everything in this way, and the queries that it was sent. */
async function serve(status: number, headers: Readonly<Record<string, string>>, body = '') {
  const queries: URLSearchParams[] = [];
  const server = createServer(({ url = '', method }, response) => {
    queries.push(new URL(url, 'http://127.0.0.1').searchParams);
    response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sourceaccount`;
  const key = Buffer.from('a key').toString('base64');
  const account = connectAccount(
    {
      connectionString: `DefaultEndpointsProtocol=http;AccountName=sourceaccount;AccountKey=${key};BlobEndpoint=${endpoint};`,
    },
    { tries: 1 },
  );
  return { reader: createAzureBlobReader(account), queries };
}

const OF_SERVICE = { 'x-ms-request-id': '1', 'x-ms-version': '2026-02-06' };

describe('that a blob is gone', () => {
  it.each([
    ['BlobNotFound', { present: false, container: 'exists' }],
    ['ContainerNotFound', { present: false, container: 'missing' }],
  ])('is proven by a 404 with the code %s (invariant 7)', async (code, expected) => {
    const { reader } = await serve(404, { ...OF_SERVICE, 'x-ms-error-code': code });
    expect(await reader.read(KEY)).toEqual(expected);
  });

  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['a 404 without a code', 404, OF_SERVICE],
    ['a 404 with another code', 404, { ...OF_SERVICE, 'x-ms-error-code': 'ResourceNotFound' }],
    ['a 404 of a proxy', 404, { server: 'a proxy' }],
    ['the code with another status', 410, { ...OF_SERVICE, 'x-ms-error-code': 'BlobNotFound' }],
  ])('is not proven by %s', async (_, status, headers) => {
    const { reader } = await serve(status, headers);
    const read = await reader.read(KEY).catch((thrown: unknown) => (thrown as { code?: string }).code);
    expect(read).toEqual(expect.any(String));
  });
});

describe('a listing asks', () => {
  const EMPTY =
    '<?xml version="1.0"?><EnumerationResults ContainerName="photos"><Blobs/><NextMarker/></EnumerationResults>';

  it.each<[ListRange, string]>([
    // A copy that is running carries its stamp already.
    [{}, 'copy,metadata'],
    [{ access: true }, 'copy,metadata,permissions'],
    [{ tags: true }, 'copy,metadata,tags'],
    [{ snapshots: true }, 'copy,metadata,snapshots'],
  ])('with %o for %s', async (range, include) => {
    const { reader, queries } = await serve(200, { ...OF_SERVICE, 'content-type': 'application/xml' }, EMPTY);
    expect(
      (await Array.fromAsync(reader.listBlobs(KEY.container, range))).flatMap(({ entries }) => entries),
    ).toEqual([]);
    expect(queries.map((query) => query.get('include')?.split(',').toSorted().join(','))).toEqual([include]);
  });
});
