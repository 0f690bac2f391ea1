import { describe, expect, it } from 'vitest';

import { type Answer, createSender, type Send } from '../support/raw-requests.ts';
import { startTwoAccounts } from '../support/two-accounts.ts';

/**
 * Legal names that are members of JavaScript objects, or have a meaning in XML or in Azurite's own documents.
 */
const names = [
  'hasOwnProperty',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'then',
  'toJSON',
  'isPrototypeOf',
  '__defineGetter__',
  'length',
  '_',
  'xml',
  'encrypted',
  'additionalProperties',
];
const metadata = Object.fromEntries(names.map((name, index) => [name, `value ${index}`]));
const asHeaders = Object.fromEntries(names.map((name) => [`x-ms-meta-${name}`, metadata[name] ?? '']));
const asProperties = names
  .map((name) => `${name}=${Buffer.from(metadata[name] ?? '').toString('base64')}`)
  .join(',');

async function start(hierarchical: boolean): Promise<Send> {
  const { storage } = await startTwoAccounts({ hierarchical });
  return createSender(storage, 'sourceaccount');
}

function metadataOf({ headers }: Answer): object {
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase().startsWith('x-ms-meta-')
      ? [[name.slice('x-ms-meta-'.length), headers[index + 1] ?? ''] as const]
      : [],
  );
  return Object.fromEntries(pairs.filter(([name]) => name !== 'hdi_isfolder'));
}

/** The metadata of each listed entry that has any. */
function listedMetadata({ body }: Answer): object[] {
  return [...body.matchAll(/<Metadata>(.*?)<\/Metadata>/g)].map(([, elements = '']) =>
    Object.fromEntries(
      [...elements.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
        .map(([, name = '', value = '']) => [name, value] as const)
        .filter(([name]) => name !== 'hdi_isfolder'),
    ),
  );
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
])('metadata of %s accounts whose names are members of objects', (_kind, hierarchical) => {
  it('is returned unchanged for blobs, whichever operation wrote it', async () => {
    const send = await start(hierarchical);
    const list = '<?xml version="1.0"?><BlockList><Latest>MQ==</Latest></BlockList>';
    const write: [string, () => Promise<Answer>][] = [
      ['put', () => send('PUT', '/docs/put', { ...asHeaders, 'x-ms-blob-type': 'BlockBlob' }, 'x')],
      ['append', () => send('PUT', '/docs/append', { ...asHeaders, 'x-ms-blob-type': 'AppendBlob' })],
      [
        'list',
        async () => {
          await send('PUT', '/docs/list?comp=block&blockid=MQ%3D%3D', {}, 'x');
          return send('PUT', '/docs/list?comp=blocklist', asHeaders, list);
        },
      ],
      [
        'set',
        async () => {
          await send('PUT', '/docs/set', { 'x-ms-blob-type': 'BlockBlob' }, 'x');
          return send('PUT', '/docs/set?comp=metadata', asHeaders);
        },
      ],
      ...(hierarchical
        ? ([
            ['file', () => send('PUT', '/docs/file?resource=file', { 'x-ms-properties': asProperties })],
            [
              'directory',
              () => send('PUT', '/docs/directory?resource=directory', { 'x-ms-properties': asProperties }),
            ],
          ] satisfies [string, () => Promise<Answer>][])
        : []),
    ];
    for (const [name, act] of write) {
      expect([name, Number((await act()).status) < 300]).toEqual([name, true]);
      const head = await send('HEAD', `/docs/${name}`);
      expect([name, head.status, metadataOf(head)]).toEqual([name, 200, metadata]);
      const get = await send('GET', `/docs/${name}`);
      expect([name, get.status, metadataOf(get)]).toEqual([name, 200, metadata]);
    }
    for (const listing of ['', '&delimiter=/']) {
      const answer = await send('GET', `/docs?restype=container&comp=list&include=metadata${listing}`);
      expect(answer.status).toBe(200);
      const files = write.length - (listing !== '' && hierarchical ? 1 : 0);
      expect(listedMetadata(answer)).toEqual(Array.from({ length: files }, () => metadata));
    }
  });

  it('is returned unchanged for snapshots and copies', async () => {
    const send = await start(hierarchical);
    await send('PUT', '/docs/blob', { 'x-ms-blob-type': 'BlockBlob', 'x-ms-meta-own': 'x' }, 'x');
    const made = await send('PUT', '/docs/blob?comp=snapshot', { 'x-ms-meta-__proto__': 'y' });
    const at = made.headers.findIndex((name) => name.toLowerCase() === 'x-ms-snapshot');
    const snapshot = made.headers[at + 1];
    expect(metadataOf(await send('HEAD', `/docs/blob?snapshot=${snapshot}`))).toEqual({ ['__proto__']: 'y' });
    await send('PUT', '/docs/blob?comp=metadata', asHeaders);
    await send('PUT', '/docs/blob?comp=snapshot');
    const listing = await send('GET', '/docs?restype=container&comp=list&include=metadata,snapshots');
    const listed = listedMetadata(listing);
    expect(listed).toHaveLength(3);
    expect(listed).toEqual(expect.arrayContaining([{ ['__proto__']: 'y' }, metadata, metadata]));
    const source = send.url('/docs/blob');
    const copies = {
      copy: { 'x-ms-copy-source': source },
      sync: { 'x-ms-copy-source': source, 'x-ms-requires-sync': 'true' },
      put: { 'x-ms-copy-source': source, 'x-ms-blob-type': 'BlockBlob' },
    };
    for (const [name, headers] of Object.entries(copies)) {
      const { status } = await send('PUT', `/docs/${name}`, headers);
      expect([name, Number(status) < 300]).toEqual([name, true]);
      expect([name, metadataOf(await send('HEAD', `/docs/${name}`))]).toEqual([name, metadata]);
    }
  });

  it('is returned unchanged for containers', async () => {
    const send = await start(hierarchical);
    await send('PUT', '/other?restype=container', asHeaders);
    expect(metadataOf(await send('HEAD', '/other?restype=container'))).toEqual(metadata);
    await send('PUT', '/docs?restype=container&comp=metadata', asHeaders);
    expect(metadataOf(await send('GET', '/docs?restype=container'))).toEqual(metadata);
    const listing = await send('GET', '/?comp=list&include=metadata');
    expect(listedMetadata(listing)).toEqual([metadata, metadata]);
  });
});

describe('index tags whose names are members of objects', () => {
  it('are returned unchanged', async () => {
    const send = await start(false);
    const tagNames = names.slice(0, 10);
    const tags = tagNames.map((name) => `${name}=v`).join('&');
    await send('PUT', '/docs/blob', { 'x-ms-blob-type': 'BlockBlob', 'x-ms-tags': tags }, 'x');
    const answer = await send('GET', '/docs/blob?comp=tags');
    expect([...answer.body.matchAll(/<Key>([^<]*)</g)].map(([, key]) => key)).toEqual(tagNames);
    const listing = await send('GET', '/docs?restype=container&comp=list&include=tags');
    expect([...listing.body.matchAll(/<Key>([^<]*)</g)].map(([, key]) => key)).toEqual(tagNames);
    for (const name of tagNames) {
      const where = encodeURIComponent(`"${name}"='v'`);
      const found = await send('GET', `/?comp=blobs&where=${where}`);
      expect([name, found.status, found.body.includes('<Name>blob</Name>')]).toEqual([name, 200, true]);
      const condition = await send('HEAD', '/docs/blob', { 'x-ms-if-tags': `"${name}" = 'v'` });
      expect([name, condition.status]).toEqual([name, 200]);
      const other = await send('HEAD', '/docs/blob', { 'x-ms-if-tags': `"${name}" = 'w'` });
      expect([name, other.status]).toEqual([name, 412]);
    }
  });
});
