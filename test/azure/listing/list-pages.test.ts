import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectOptions, connectAccount } from '../../../src/azure/account/connect-account.ts';
import { listPages } from '../../../src/azure/listing/list-pages.ts';
import type { Listing, PageEntry } from '../../../src/azure/listing/listing.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { rejectionOf } from '../support/answering-service.ts';
import { type WrittenBlob, writePage } from './support/written-page.ts';

const CONTAINER = parseContainerName('photos');
const OF_ANOTHER = '<EnumerationResults ContainerName="https://x.blob.core.windows.net/other">';
const REFUSAL = '<?xml version="1.0"?><Error><Code>ServerBusy</Code></Error>';
const SIGNATURE = 'sv=2026&sig=a%2Bb%3D';

function blob(name: string): WrittenBlob {
  return { name, properties: new Map([['Etag', '0x1']]), metadata: new Map(), tags: new Map() };
}

function page(names: readonly string[], nextMarker = ''): Buffer {
  return writePage({ blobs: names.map(blob), nextMarker });
}

/** A service with the given answers, and the result of listing it. It is stopped when the test ends. */
async function serve(
  answer: (response: ServerResponse, request: IncomingMessage, query: URLSearchParams) => void,
  options: ConnectOptions = { tries: 1 },
) {
  const queries: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://127.0.0.1').searchParams;
    queries.push(query);
    response.setHeader('x-ms-request-id', '1');
    answer(response, request, query);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const connectionString = `BlobEndpoint=http://127.0.0.1:${port}/sourceaccount;SharedAccessSignature=${SIGNATURE}`;
  const account = connectAccount({ connectionString }, options);
  const list = async (listing?: Listing) => {
    const pages = await Array.fromAsync(listPages(account, CONTAINER, listing));
    return pages.map(({ entries }) => entries.map(({ name }) => name));
  };
  return { account, queries, list };
}

describe('a page', () => {
  it('keeps its entries readable while other pages arrive, until it is released', async () => {
    const { account } = await serve((response, _, query) => {
      const marker = Number(query.get('marker') ?? 0);
      response.end(page([`blob-${marker}`], marker < 3 ? String(marker + 1) : ''));
    });
    const entries: PageEntry[] = [];
    for await (const listed of listPages(account, CONTAINER)) {
      entries.push(...listed.entries);
      if (entries.length % 2 === 0) listed.release();
    }
    expect(entries.filter((_, i) => i % 2 === 0).map(({ name }) => name)).toEqual(['blob-0', 'blob-2']);
    expect(entries.filter((_, i) => i % 2 === 1).map(({ name, etag }) => name + etag)).toEqual(['', '']);
  });
});

describe('a listing', () => {
  it('sends the requested parameters, beside the signature, and follows the markers', async () => {
    const { list, queries } = await serve((response, _, query) =>
      response.end(
        query.get('marker') === null ? page([`${prefix}a`, `${prefix}b`], 'm & n') : page([`${prefix}c`]),
      ),
    );
    const prefix = 'p/é & +%20=?#😀';
    const listing: Listing = {
      prefix,
      startFrom: "it's/../x",
      include: { metadata: true, tags: true, copy: true, permissions: true },
      pageSize: 2,
    };
    expect(await list(listing)).toEqual([[`${prefix}a`, `${prefix}b`], [`${prefix}c`]]);
    const asked = {
      restype: 'container',
      comp: 'list',
      prefix: listing.prefix,
      startFrom: listing.startFrom,
      maxresults: '2',
      include: 'copy,metadata,permissions,tags',
      sv: '2026',
      sig: 'a+b=',
    };
    expect(queries.map((query) => Object.fromEntries(query))).toEqual([asked, { ...asked, marker: 'm & n' }]);
  });

  it('begins at a marker', async () => {
    const { list, queries } = await serve((response) => response.end(page(['c'])));
    expect(await list({ marker: 'm' })).toEqual([['c']]);
    expect(queries.map((query) => query.get('marker'))).toEqual(['m']);
  });

  it('requests a page only when the iterator needs it', async () => {
    const { account, queries } = await serve((response, _, query) =>
      response.end(page(['a'], `${query.get('marker') ?? ''}m`)),
    );
    for await (const { nextMarker } of listPages(account, CONTAINER)) if (nextMarker === 'mm') break;
    expect(queries).toHaveLength(2);
  });

  it('waits for its turn before every page', async () => {
    let turns = 0;
    const cap = async (): Promise<void> => {
      await Promise.resolve();
      turns++;
    };
    const { list } = await serve(
      (response, _, query) => response.end(query.get('marker') === null ? page(['a'], 'm') : page(['b'])),
      { tries: 1, cap },
    );
    expect(await list()).toEqual([['a'], ['b']]);
    expect(turns).toBe(2);
  });

  it('reads pages with names that XML cannot hold, and pages in an unusual form', async () => {
    const unusual = page(['b'])
      .toString()
      .replace('<Blobs>', '<Blobs>\n  <!-- sorted -->\n  ')
      .replace('<Name>b</Name>', '<Name><![CDATA[b & c]]></Name>')
      .replace('</Blob>', '<Future at="2030"><Thing/></Future></Blob>');
    const { list } = await serve((response, _, query) =>
      response.end(query.get('marker') === null ? page(['a', 'a\uFFFF\u0001'], 'm') : unusual),
    );
    expect(await list()).toEqual([['a', 'a\uFFFF\u0001'], ['b & c']]);
  });

  it('leaves out entries that are not current blobs', async () => {
    const { list } = await serve((response) =>
      response.end(
        page(['old', 'snapshot', 'deleted', 'new'])
          .toString()
          .replace(
            'old</Name>',
            'old</Name><VersionId>1</VersionId><IsCurrentVersion>false</IsCurrentVersion>',
          )
          .replace('snapshot</Name>', 'snapshot</Name><Snapshot>2026-11-21</Snapshot>')
          .replace('deleted</Name>', 'deleted</Name><Deleted>true</Deleted>')
          .replace(
            'new</Name>',
            'new</Name><VersionId>2</VersionId><IsCurrentVersion>true</IsCurrentVersion>',
          ),
      ),
    );
    expect(await list()).toEqual([['new']]);
  });
});

describe('a listing fails, and returns no short page, when', () => {
  const whole = page(['a', 'b']);

  it.each<[string, (response: ServerResponse, query: URLSearchParams) => void]>([
    ['the body is short and says that this is all', (response) => response.end(whole.subarray(0, -20))],
    ['there is no body', (response) => response.end()],
    [
      'somebody in between answers with a page of his own',
      (response) => response.end('<html><p>Log in</html>'),
    ],
    ['a blob has no ETag', (response) => response.end(whole.toString().replace('<Etag>0x1</Etag>', ''))],
    ['it does not say whether there is more', (response) => response.end(withoutMarker())],
    ['there is something else among the blobs', (response) => response.end(withPrefixes())],
    [
      'it is of another container',
      (response) => response.end(whole.toString().replace(/<EnumerationResults[^>]*>/, OF_ANOTHER)),
    ],
    [
      'it says that it is of a prefix',
      (response) => response.end(whole.toString().replace('<Prefix></Prefix>', '<Prefix>b/</Prefix>')),
    ],
    [
      'it says that it is a later page',
      (response) => response.end(whole.toString().replace('<Blobs', '<Marker>2!8!abc</Marker><Blobs')),
    ],
    [
      'a page is followed by one before it',
      (response, query) => response.end(page(['a'], query.get('marker') === 'm' ? 'n' : 'm')),
    ],
    ['the service refuses, with status 200', (response) => response.end(REFUSAL)],
    ['a page is followed by itself', (response) => response.end(page(['a'], 'm'))],
  ])('%s', async (_, answer) => {
    const { list } = await serve((response, _request, query) => answer(response, query));
    expect(await rejectionOf(list())).toMatchObject({
      code: 'answer-not-of-service',
      context: { account: expect.any(String) as string },
    });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      'the body is cut off within its length',
      (response) => cutOff(response, { 'content-length': whole.length }),
    ],
    ['the body is cut off between its chunks', (response) => cutOff(response, {})],
    ['the service says that it is busy', (response) => response.writeHead(500).end()],
  ])('%s, as with an account that does not answer', async (_, answer) => {
    const { list } = await serve(answer);
    expect(await rejectionOf(list())).toMatchObject({
      code: 'storage-unavailable',
      context: { account: expect.any(String) as string },
    });
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['is cut off', 'storage-unavailable', (response) => cutOff(response, { 'content-length': whole.length })],
    ['is not whole', 'answer-not-of-service', (response) => response.end(whole.subarray(0, -20))],
    ['is no listing', 'answer-not-of-service', (response) => response.end('<html><p>Log in</html>')],
  ])('its body %s as often as the account is to be asked', async (_, code, answer) => {
    for (const tries of [1, 2]) {
      const { list, queries } = await serve((response) => answer(response), { tries });
      expect(await rejectionOf(list())).toMatchObject({ code });
      expect(queries).toHaveLength(tries);
    }
    let answers = 0;
    const { list } = await serve(
      (response) => {
        answers += 1;
        if (answers === 1) answer(response);
        else response.end(whole);
      },
      { tries: 2 },
    );
    expect(await list()).toEqual([['a', 'b']]);
  });

  const cutOff = (response: ServerResponse, headers: Record<string, number>): void => {
    response.writeHead(200, headers);
    response.write(whole.subarray(0, -20), () => response.destroy());
  };
  const withoutMarker = () => whole.toString().replace('<NextMarker />', '');
  const withPrefixes = () =>
    whole.toString().replace('<Blob>', '<BlobPrefix><Name>p/</Name></BlobPrefix><Blob>');

  it('there are names without the requested prefix', async () => {
    for (const names of [
      ['p/a', 'q'],
      ['o', 'p/a'],
      ['p/a', 'o', 'p/b'],
    ]) {
      const { list } = await serve((response) => response.end(page(names)));
      expect(await rejectionOf(list({ prefix: 'p/' }))).toMatchObject({ code: 'answer-not-of-service' });
    }
  });

  it('the body does not end in time', async () => {
    const { list } = await serve((response) => response.write(whole.subarray(0, 100)), {
      tries: 1,
      answerWithinMs: 50,
    });
    expect(await rejectionOf(list())).toMatchObject({ code: 'storage-unavailable' });
  });

  it('there is no answer in time', async () => {
    const { list } = await serve(() => undefined, { tries: 1, answerWithinMs: 50 });
    expect(await rejectionOf(list())).toMatchObject({ code: 'storage-unavailable' });
  });

  it('the service returns an error, which it passes on', async () => {
    const { list } = await serve((response) =>
      response
        .writeHead(404, { 'content-type': 'application/xml' })
        .end('<?xml version="1.0"?><Error><Code>ContainerNotFound</Code><Message>No.</Message></Error>'),
    );
    expect(await rejectionOf(list())).toMatchObject({
      context: { status: 404, service: 'ContainerNotFound' },
    });
  });

  it('the caller aborts it, even while it waits for a body', async () => {
    const reason = new Error('enough');
    const enough = new AbortController();
    const { list } = await serve((response) => {
      response.write(whole.subarray(0, 100), () => enough.abort(reason));
    });
    expect(await rejectionOf(list({ signal: enough.signal }))).toBe(reason);
  });
});
