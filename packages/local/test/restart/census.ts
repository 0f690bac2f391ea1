import { createHash } from 'node:crypto';

import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';

import { createAccountSas } from '../../src/account-sas.ts';
import type { Storage } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';

/** A storage's answer to one read: status, headers and body, without what differs from request to request. */
type Answer = string;

/** The answers to all reads, by request. */
export type Census = ReadonlyMap<string, Answer>;

const passing = new Set(['date', 'x-ms-request-id', 'connection', 'keep-alive', 'transfer-encoding']);
const everything = 'snapshots,metadata,uncommittedblobs,copy,tags,permissions';

/**
 * Reads everything readable in the accounts: containers, listings of both APIs whole and in pages, and of
 * each blob and snapshot its properties, content, tags, blocks, pages and access. `backwards` reads in
 * reverse order, since one read may correct in memory what the next one would have failed on. No answer's
 * text contains the port of the server, so that two censuses of one directory can be compared.
 */
export async function takeCensus(
  storage: Storage,
  { hierarchical, backwards = false }: { hierarchical: boolean; backwards?: boolean },
): Promise<Census> {
  const answers = new Map<string, Answer>();
  for (const { name } of accounts) {
    const ask = createAsk(storage, name);
    const containers = namesIn(await ask('GET', '/?comp=list'), 'Name');
    const questions = [
      'GET /?comp=list&include=metadata',
      'GET /?restype=service&comp=properties',
      ...containers.flatMap((container) => aboutContainer(container, hierarchical)),
    ];
    for (const container of containers)
      for (const [path, snapshot] of await blobsOf(ask, container))
        questions.push(...aboutBlob(`/${container}/${path}`, snapshot, hierarchical));
    for (const question of backwards ? questions.toReversed() : questions) {
      const [method = '', path = ''] = question.split(' ');
      answers.set(`${name}: ${question}`, await ask(method, path));
    }
    // A SAS cannot read them.
    for (const container of containers)
      answers.set(`${name}: access of ${container}`, await accessOf(storage, name, container));
  }
  return new Map([...answers].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function aboutContainer(container: string, hierarchical: boolean): string[] {
  const list = `GET /${container}?restype=container&comp=list`;
  return [
    `${list}&include=${everything}`,
    `${list}&delimiter=/&include=${everything}`,
    `${list}&maxresults=3`,
    `${list}&prefix=block`,
    `GET /${container}?restype=container`,
    ...(hierarchical ? [`GET /${container}?resource=filesystem&recursive=true`] : []),
  ];
}

function aboutBlob(path: string, snapshot: string, hierarchical: boolean): string[] {
  const of = snapshot === '' ? '' : `&snapshot=${snapshot}`;
  return [
    `HEAD ${path}?${of}`,
    `GET ${path}?${of}`,
    `GET ${path}?comp=tags${of}`,
    `GET ${path}?comp=blocklist&blocklisttype=all${of}`,
    `GET ${path}?comp=pagelist${of}`,
    ...(hierarchical && snapshot === ''
      ? [`HEAD ${path}?action=getAccessControl`, `HEAD ${path}?action=getStatus`]
      : []),
  ];
}

async function accessOf(storage: Storage, account: string, container: string): Promise<Answer> {
  const key = accounts.find(({ name }) => name === account)?.key ?? '';
  const credential = new StorageSharedKeyCredential(account, key);
  const service = new BlobServiceClient(storage.blobEndpoint(account), credential);
  const { blobPublicAccess, signedIdentifiers } = await service
    .getContainerClient(container)
    .getAccessPolicy();
  return JSON.stringify({ blobPublicAccess, signedIdentifiers });
}

type Ask = (method: string, path: string) => Promise<Answer>;

function createAsk(storage: Storage, account: string): Ask {
  const endpoint = storage.blobEndpoint(account);
  const accountKey = accounts.find(({ name }) => name === account)?.key ?? '';
  const sas = createAccountSas({
    accountName: account,
    accountKey,
    blobEndpoint: endpoint,
    dfsEndpoint: null,
    connectionString: '',
  });
  return async (method, path) => {
    const url = `${endpoint}${path}${path.includes('?') ? '&' : '?'}${sas}`;
    const response = await fetch(url, { method, headers: { 'x-ms-version': '2025-01-05' } });
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const isText = /xml|json/.test(type);
    const body = isText
      ? bytes
          .toString()
          .replace(/RequestId:[^<]*?Time:[^<"]*/, '')
          .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
          .replaceAll('><', '>\n<')
      : createHash('sha256').update(bytes).digest('hex');
    // Azurite dates the pages of a page blob with the time of the listing request.
    const isDated = !path.includes('comp=pagelist');
    const headers = [...response.headers].filter(
      ([name]) => !passing.has(name) && (isDated || name !== 'last-modified'),
    );
    return [response.status, ...headers.map((header) => header.join(': ')), body].join('\n');
  };
}

/** Path and snapshot of every blob, including uncommitted ones and directories. */
async function blobsOf(ask: Ask, container: string): Promise<[path: string, snapshot: string][]> {
  const xml = await ask(
    'GET',
    `/${container}?restype=container&comp=list&include=snapshots,uncommittedblobs`,
  );
  return xml
    .split('<Blob>')
    .slice(1)
    .map((blob) => [
      (namesIn(blob, 'Name')[0] ?? '').split('/').map(encodeURIComponent).join('/'),
      namesIn(blob, 'Snapshot')[0] ?? '',
    ]);
}

function namesIn(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, name = '']) => name);
}
