import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createMemoryStores } from '../../support/memory-stores.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseBlobPath, parseContainerName } from '../../../src/model/key.ts';
import { type CompareShard, shardSchema } from '../../../src/reconcile/shard.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import { createScope } from '../../../src/model/scope.ts';
import { STAMP_NAME, addStamp } from '../../../src/model/stamp.ts';
import type { BlobPage, BlobReader } from '../../../src/ports/blob-reader.ts';
import { compareSlice } from '../../../src/reconcile/compare/compare-slice.ts';
import { type WrittenBlob, writePage } from '../../azure/listing/support/written-page.ts';
import { FLAT } from '../../support/flat.ts';

const CONTAINER = parseContainerName('photos');
const PER_PAGE = 10;
const names = Array.from({ length: 100 }, (_, i) => `dir/${String(i).padStart(3, '0')}`);

const metadataOf = (name: string): string =>
  addStamp(
    {},
    { account: 'sourceaccount', etag: parseEtag(`0x${name.slice(4)}`), lastModified: new Date(0) },
  )[STAMP_NAME] ?? '';

const entry = (name: string, side: string): WrittenBlob => ({
  name,
  properties: new Map([
    ['Last-Modified', new Date(0).toUTCString()],
    ['Etag', side === 'sourceaccount' ? `0x${name.slice(4)}` : '0xB'],
    ['Content-Length', '1'],
    ['BlobType', 'BlockBlob'],
  ]),
  metadata: new Map(side === 'sourceaccount' ? [] : [[STAMP_NAME, metadataOf(name)]]),
  tags: new Map(),
});

interface OldService {
  readonly reader: (account: string) => BlobReader;
  readonly requests: string[];
  readonly told: string[];
  /** Takes it out of both listings. */
  remove(name: string): void;
}

/**
 * Lists pages from the beginning or from a marker, and has never heard of `startFrom`.
 *
 * @param newAccount an account whose service has
 */
async function startOldService(newAccount?: string): Promise<OldService> {
  const left = [...names];
  const requests: string[] = [];
  const told: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    requests.push(url.search);
    const [, account = ''] = url.pathname.split('/');
    // The name that the page begins with: blobs may come and go meanwhile.
    const marker = url.searchParams.get('marker') ?? '';
    const place = account === newAccount ? (url.searchParams.get('startFrom') ?? '') : '';
    const from = left.filter((name) => name >= marker && name >= place);
    const page = from.slice(0, Math.min(PER_PAGE, Number(url.searchParams.get('maxresults'))));
    response.setHeader('x-ms-request-id', '1');
    response.end(
      writePage({ blobs: page.map((name) => entry(name, account)), nextMarker: from[page.length] ?? '' }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    told,
    reader: (account) =>
      createAzureBlobReader(
        connectAccount({
          connectionString: `BlobEndpoint=http://127.0.0.1:${port}/${account};SharedAccessSignature=sig=x`,
        }),
        () => told.push(account),
      ),
    remove: (name) => void left.splice(left.indexOf(name), 1),
  };
}

const listed = async (pages: AsyncIterable<BlobPage>): Promise<string[]> =>
  (await Array.fromAsync(pages)).flatMap(({ entries }) => entries.map(({ path }) => path));

describe('a service that ignores where a listing is to begin', () => {
  it.each([
    ['both accounts', undefined],
    ['the backup', 'sourceaccount'],
    ['the source', 'backupaccount'],
  ])('is walked in slices to its end, each of which costs a page or two more: %s', async (_, newAccount) => {
    const service = await startOldService(newAccount);
    const memory = await createMemoryStores();
    const lookless = (): never => {
      throw new Error('everything is in step');
    };
    const [source, backup] = [service.reader('sourceaccount'), service.reader('backupaccount')];
    let shard: CompareShard | undefined = {
      run: '2026-11-25T13-09-31Z-4f2a' as RunId,
      shard: 's',
      slice: 0,
      phase: 'compare',
      container: CONTAINER,
      prefix: '',
    };
    let [slices, seen] = [0, 0];
    while (shard !== undefined && slices < 3 * names.length) {
      const result = await compareSlice(
        {
          ...FLAT,
          source,
          backup: { ...memory.backup, ...backup },
          scope: createScope('sourceaccount'),
          converge: lookless,
          copyListed: lookless,
          convergeRoot: lookless,
          adopt: lookless,
          prepareContainer: lookless,
        },
        shard,
        {
          // Every slice stops at the first moment that it may.
          budgetMs: 0,
          openShards: 1,
          signal: new AbortController().signal,
          dryRun: false,
          deleteForeign: false,
          report: lookless,
          extra: lookless,
          foreign: lookless,
        },
      );
      slices++;
      seen += result.listed.source;
      expect(result.split).toBeUndefined();
      shard =
        result.next === undefined
          ? undefined
          : (shardSchema.parse(JSON.parse(JSON.stringify(result.next))) as CompareShard);
    }
    expect([shard, seen]).toEqual([undefined, names.length]);
    // Looks for a place to split at, which a new source answers, are aside.
    const paging = service.requests.filter((search) => !search.includes('maxresults=1&')).length;
    expect(paging).toBeLessThanOrEqual(2 * (2 * slices + names.length / PER_PAGE));
    expect(service.told).toEqual(['sourceaccount', 'backupaccount'].filter((name) => name !== newAccount));
  });

  it('goes on behind the path where it was, and passes nothing over when that is gone', async () => {
    const service = await startOldService();
    const reader = service.reader('sourceaccount');
    const pages = await Array.fromAsync(reader.listBlobs(CONTAINER));
    const { marker } = pages[4] ?? {};
    const after = parseBlobPath('dir/045');
    expect(await listed(reader.listBlobs(CONTAINER, { after, marker }))).toEqual(names.slice(46));
    service.remove(after);
    const left = await listed(reader.listBlobs(CONTAINER, { after, marker }));
    expect(left.slice(-54)).toEqual(names.slice(46));
    expect(left.length).toBeLessThan(54 + PER_PAGE);
  });

  it('is an error by name where no page is known to go on with, and is asked no more for a while', async () => {
    const service = await startOldService();
    const reader = service.reader('sourceaccount');
    const failing = async () => await listed(reader.listBlobs(CONTAINER, { from: 'dir/5', pageSize: 1 }));
    await expect(failing()).rejects.toMatchObject({ code: 'listing-start-ignored', disposition: 'retry' });
    await expect(failing()).rejects.toMatchObject({ code: 'listing-start-ignored' });
    expect([service.requests.length, service.told]).toEqual([1, ['sourceaccount']]);
    expect(await listed(reader.listBlobs(CONTAINER))).toEqual(names);
  });
});
