import { expect, it } from 'vitest';

import { type Answer, createSender, headerOf } from '../support/raw-requests.ts';
import { startTwoAccounts } from '../support/two-accounts.ts';

const BLOCK = '/docs/staged?comp=block&blockid=MQ%3D%3D';
const KINDS = ['BlockBlob', 'AppendBlob', 'PageBlob'] as const;

/** A sender, with a blob of 512 bytes and an empty one of each kind. */
async function start() {
  const { storage, source } = await startTwoAccounts();
  const bytes = 'x'.repeat(512);
  await source.getBlockBlobClient('BlockBlob').upload(bytes, 512);
  await source.getBlockBlobClient('empty-BlockBlob').upload('', 0);
  const append = source.getAppendBlobClient('AppendBlob');
  await append.create();
  await append.appendBlock(bytes, 512);
  await source.getAppendBlobClient('empty-AppendBlob').create();
  const pages = source.getPageBlobClient('PageBlob');
  await pages.create(512);
  await pages.uploadPages(bytes, 0, 512);
  await source.getPageBlobClient('empty-PageBlob').create(0);
  return createSender(storage, 'sourceaccount');
}

const told = (answer: Answer) => [
  answer.status,
  answer.status === 200 || answer.status === 206 ? answer.body.length : codeOf(answer),
  headerOf(answer, 'content-range'),
];
const codeOf = ({ body }: Answer) => /<Code>(.*)<\/Code>/.exec(body)?.[1];

it('a read ignores what is no range, and refuses one that begins at the end', async () => {
  const send = await start();
  for (const kind of KINDS) {
    const read = async (range: string, own?: string, name: string = kind) =>
      told(await send('GET', `/docs/${name}`, { range, ...(own !== undefined && { 'x-ms-range': own }) }));
    for (const none of [
      'bytes=abc',
      'bytes=-3',
      'bytes=5-2',
      'bytes=0--1',
      'bytes=1-2,4-5',
      'pages=0-3',
      '0-3',
    ])
      expect([none, ...(await read(none))]).toEqual([none, 200, 512, undefined]);
    expect(await read('bytes=0-')).toEqual([206, 512, 'bytes 0-511/512']);
    expect(await read('bytes=0-511')).toEqual([206, 512, 'bytes 0-511/512']);
    expect(await read('bytes=511-')).toEqual([206, 1, 'bytes 511-511/512']);
    expect(await read('bytes=500-9999')).toEqual([206, 12, 'bytes 500-511/512']);
    expect(await read('bytes=abc', 'bytes=1-2')).toEqual([206, 2, 'bytes 1-2/512']);
    for (const beyond of ['bytes=512-', 'bytes=512-600', 'bytes=9999-'])
      expect([beyond, ...(await read(beyond))]).toEqual([beyond, 416, 'InvalidRange', 'bytes */512']);
    for (const any of ['bytes=0-', 'bytes=0-0', 'bytes=0-511'])
      expect(await read(any, undefined, `empty-${kind}`)).toEqual([416, 'InvalidRange', 'bytes */0']);
    expect(await read('bytes=abc', undefined, `empty-${kind}`)).toEqual([200, 0, undefined]);
  }
});

it('whole pages are written, within the blob', async () => {
  const send = await start();
  const page = 'p'.repeat(512);
  const write = async (range: string, how: 'update' | 'clear', body = '') => {
    const headers = { 'x-ms-page-write': how, 'x-ms-range': range };
    return await send('PUT', '/docs/PageBlob?comp=page', headers, body);
  };
  for (const [how, body] of [
    ['update', page],
    ['clear', ''],
  ] as const) {
    for (const range of ['bytes=0-3', 'bytes=1-512', 'bytes=abc', 'bytes=512-0']) {
      const refused = await write(range, how, body);
      expect([refused.status, codeOf(refused)]).toEqual([400, 'InvalidHeaderValue']);
      expect(refused.body).toContain(`<HeaderValue>${range}</HeaderValue>`);
    }
    const beyond = await write('bytes=512-1023', how, body);
    expect([beyond.status, codeOf(beyond)]).toEqual([416, 'InvalidPageRange']);
    expect(headerOf(beyond, 'x-ms-error-code')).toBe('InvalidPageRange');
    expect((await write('bytes=0-511', how, body)).status).toBe(201);
  }
});

it('a block has at least one byte', async () => {
  const send = await start();
  const refused = await send('PUT', BLOCK);
  expect([refused.status, codeOf(refused)]).toEqual([400, 'InvalidHeaderValue']);
  expect(refused.body).toContain('<HeaderName>Content-Length</HeaderName>');
  expect((await send('GET', '/docs/staged?comp=blocklist')).status).toBe(404);
});

it('a blob that has staged blocks only is not there to be read, and deleting it drops them', async () => {
  const send = await start();
  expect((await send('PUT', BLOCK, {}, 'x')).status).toBe(201);
  expect((await send('HEAD', '/docs/staged')).status).toBe(404);
  // As seen at the service: Azure/azure-storage-node#350.
  expect((await send('DELETE', '/docs/staged')).status).toBe(202);
  expect((await send('GET', '/docs/staged?comp=blocklist&blocklisttype=all')).status).toBe(404);
});

it.each([
  '/docs?restype=container&comp=list',
  '/docs?restype=container&comp=list&delimiter=/',
  '/?comp=list',
])('a listing has a whole number of entries: %s', async (path) => {
  const send = await start();
  for (const most of ['1.5', 'abc', '1e3']) {
    const refused = await send('GET', `${path}&maxresults=${most}`);
    expect([most, refused.status, codeOf(refused)]).toEqual([most, 400, 'InvalidQueryParameterValue']);
  }
  expect((await send('GET', `${path}&maxresults=1`)).status).toBe(200);
});
