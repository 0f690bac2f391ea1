import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';

import { createAccountSas } from '../../src/account-sas.ts';
import type { Storage } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';
import { startTwoAccounts } from '../support/two-accounts.ts';

const sas = createAccountSas({
  accountName: 'sourceaccount',
  accountKey: accounts[0]?.key ?? '',
  blobEndpoint: 'http://127.0.0.1/sourceaccount',
  dfsEndpoint: null,
  connectionString: '',
});

/** The requests, in their order: each is a method, the target after the account, and its headers. */
const requests: readonly (readonly [method: string, target: string, ...headers: string[]])[] = [
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: BlockBlob', 'x-ms-meta-Own: é', 'content-type: text/plain'],
  ['PUT', '/docs/b%20c/%C3%A9?SAS', 'x-ms-blob-type: BlockBlob', 'x-ms-tags: a=b'],
  ['PUT', '/docs/a%5Cb//c?SAS', 'x-ms-blob-type: appendblob'],
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: BlockBlob', 'if-none-match: *'],
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: Other'],
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: BlockBlob', 'x-ms-access-tier: Warm'],
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: BlockBlob', 'x-ms-meta-no-name: x'],
  ['PUT', '/docs/a.txt?SAS', 'x-ms-blob-type: BlockBlob', 'if-modified-since: never'],
  ['GET', '/docs/a.txt?SAS', 'x-ms-client-request-id: mine'],
  ['GET', '/docs/a.txt?SAS', 'range: bytes=1-3', 'x-ms-version: 2019-02-02'],
  ['GET', '/docs/a.txt?SAS', 'range: bytes=99-'],
  ['GET', '/docs/a.txt?SAS', 'if-none-match: *'],
  ['GET', '/docs/a.txt?SAS', 'if-modified-since: Tue, 29 Nov 2044 10:00:00 GMT'],
  ['GET', '/docs/a.txt?SAS', 'if-match: "0x1"'],
  ['HEAD', '/docs/a.txt?SAS'],
  ['HEAD', '/docs/nothing?SAS'],
  ['GET', '/docs/nothing?SAS'],
  ['GET', '/docs/a.txt?SAS&snapshot=2026-11-29T10:00:00.0000000Z'],
  ['GET', '/docs/a.txt?SAS&timeout=-1'],
  ['GET', '/docs/a.txt?SAS&timeout=1&timeout=2'],
  ['GET', '/docs/a.txt?SAS&comp=tags'],
  ['PUT', '/docs/a.txt?SAS&comp=metadata', 'x-http-method: DELETE'],
  ['PUT', '/docs/a.txt?SAS&comp=nothing'],
  ['PUT', '/docs/a.txt?SAS&comp=block&blockid=MQ%3D%3D'],
  ['PUT', '/docs/a.txt?SAS&comp=blocklist'],
  ['GET', '/docs/a.txt'],
  ['GET', '/docs/a.txt', 'authorization: SharedKey sourceaccount:AAAA'],
  ['GET', '/docs/a.txt', 'authorization: Bearer x'],
  ['GET', '/docs/a.txt?sig=x&sv=2019-02-02'],
  ['GET', '/docs?SAS&restype=container&comp=list&include=metadata,tags'],
  ['GET', '/docs?SAS&restype=container&comp=list&delimiter=/&maxresults=1'],
  ['GET', '/docs?SAS&restype=container&comp=list&maxresults=0'],
  ['GET', '/docs?SAS&restype=container&comp=list&include=all'],
  ['GET', '/docs/?SAS&restype=container'],
  ['GET', '?SAS&comp=list'],
  ['GET', '/?SAS&comp=list&prefix=d'],
  ['GET', '/?SAS&restype=service&comp=properties'],
  ['GET', '/?SAS&restype=account&comp=properties'],
  ['GET', '/Docs?SAS&restype=container'],
  ['GET', '/d?SAS&restype=container'],
  ['GET', '/other?SAS&restype=container'],
  ['GET', '/docs/%E0%A4%A?SAS'],
  ['GET', '/docs/%ZZ?SAS'],
  ['GET', '/docs/a.txt?%E0%A4%A&SAS'],
  ['GET', '/docs/a.txt#part?SAS'],
  ['GET', '/docs/a.txt?SAS#part'],
  ['POST', '/docs/a.txt?SAS'],
  ['MERGE', '/docs/a.txt?SAS'],
  ['DELETE', '/docs/a.txt?SAS'],
  ['DELETE', '/docs/a.txt?SAS'],
  ['DELETE', '/docs?SAS&restype=container'],
];

/** Sends one request as it is, and returns the answer without what differs each time. */
async function answerTo(storage: Storage, head: string): Promise<string> {
  const socket = connect(storage.port, '127.0.0.1');
  socket.write(`${head}content-length: 5\r\nconnection: close\r\n\r\nhello`);
  let answer = '';
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
  await once(socket, 'close');
  return answer
    .replace(/^(date|last-modified|etag|x-ms-request-id|x-ms-creation-time|x-ms-\S*time): .*$/gim, '$1')
    .replace(/^(content-length|[0-9a-f]+)\r$/gim, '')
    .replaceAll(/<(Last-Modified|Creation-Time|AccessTierChangeTime|Etag)>[^<]*/g, '<$1>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time');
}

it('every request has the answer of the listener of Azurite', async () => {
  const ours = await startTwoAccounts();
  const azurite = await startTwoAccounts();
  const statuses = new Set<string>();
  for (const [method, target, ...headers] of requests) {
    // The same host in both, since answers repeat it.
    const lines = [
      `${method} /sourceaccount${target.replace('SAS', sas)} HTTP/1.1`,
      'host: storage',
      ...headers,
    ];
    const head = `${lines.join('\r\n')}\r\n`;
    const answer = await answerTo(ours.storage, head);
    // Requests with an origin are left to Azurite. Without rules for it, the answer is the same.
    expect([method, target, answer]).toEqual([
      method,
      target,
      await answerTo(azurite.storage, `${head}origin: http://example.com\r\n`),
    ]);
    statuses.add(answer.slice(9, 12));
  }
  expect([...statuses].toSorted()).toEqual(
    expect.arrayContaining([
      '200',
      '201',
      '202',
      '206',
      '304',
      '400',
      '403',
      '404',
      '409',
      '412',
      '416',
      '500',
    ]),
  );
});

it('a preflight request is answered by the rules for origins', async () => {
  const { storage } = await startTwoAccounts();
  const head = 'OPTIONS /sourceaccount/docs/a HTTP/1.1\r\nhost: storage\r\norigin: http://example.com\r\n';
  const answer = await answerTo(storage, `${head}access-control-request-method: GET\r\n`);
  expect(answer).toContain('CorsPreflightFailure');
});

it('a refusal may repeat characters that neither a header nor XML can hold', async () => {
  const { storage } = await startTwoAccounts();
  for (const value of ['%E2%82%AC', 'a%0Ab', '%01', '%EF%BF%BE'])
    for (const target of [`/docs/a?comp=${value}`, `/docs?restype=container&comp=list&showonly=${value}`]) {
      const answer = await answerTo(
        storage,
        `GET /sourceaccount${target}&${sas} HTTP/1.1\r\nhost: storage\r\n`,
      );
      expect([target, answer.slice(9, 12)]).toEqual([target, '400']);
      expect(answer).toContain('<Code>UnsupportedQueryParameter</Code>');
    }
});
