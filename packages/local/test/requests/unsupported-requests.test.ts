import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';

import { accounts } from '../support/accounts.ts';
import { createSender, headerOf, type Send } from '../support/raw-requests.ts';
import { refusalOf, sasUrl, startTwoAccounts } from '../support/two-accounts.ts';

const version = '2026-01-01T00:00:00.0000000Z';
const block = { 'x-ms-blob-type': 'BlockBlob' };
const blockList = '<?xml version="1.0"?><BlockList/>';
const tags = '<?xml version="1.0"?><Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>';

type Request = readonly [method: string, path: string, headers?: Record<string, string>, body?: string];

/**
 * Supported requests, each of which would read or change the blob `live` without the added parameter or
 * header.
 */
const requests: readonly Request[] = [
  ['GET', '/docs/live'],
  ['HEAD', '/docs/live'],
  ['DELETE', '/docs/live'],
  ['PUT', '/docs/live', block, 'new'],
  ['PUT', '/docs/live', { 'x-ms-blob-type': 'AppendBlob' }],
  ['PUT', '/docs/live?comp=block&blockid=MQ%3D%3D', {}, 'new'],
  ['PUT', '/docs/live?comp=blocklist', {}, blockList],
  ['GET', '/docs/live?comp=blocklist'],
  ['PUT', '/docs/live?comp=metadata', { 'x-ms-meta-a': 'b' }],
  ['PUT', '/docs/live?comp=properties', { 'x-ms-blob-content-type': 'text/x' }],
  ['PUT', '/docs/live?comp=tier', { 'x-ms-access-tier': 'Cool' }],
  ['PUT', '/docs/live?comp=lease', { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '15' }],
  ['PUT', '/docs/live?comp=snapshot'],
  ['GET', '/docs?restype=container'],
  ['DELETE', '/docs?restype=container'],
  ['PUT', '/docs?restype=container&comp=metadata', { 'x-ms-meta-a': 'b' }],
  ['GET', '/docs?restype=container&comp=list'],
  ['GET', '/docs?restype=container&comp=list&delimiter=/'],
  ['GET', '/?comp=list'],
];
const flatRequests: readonly Request[] = [
  ['PUT', '/docs/live', { 'x-ms-blob-type': 'PageBlob', 'x-ms-blob-content-length': '512' }],
  ['PUT', '/docs/live?comp=tags', {}, tags],
  ['GET', '/docs/live?comp=tags'],
];
const pathRequests: readonly Request[] = [
  ['PUT', '/docs/live?resource=file'],
  ['PUT', '/docs/new?resource=directory'],
  ['PATCH', '/docs/live?action=append&position=4', {}, 'new'],
  ['PATCH', '/docs/live?action=flush&position=4'],
  ['PATCH', '/docs/live?action=setAccessControl', { 'x-ms-permissions': '0777' }],
  ['HEAD', '/docs/live?action=getAccessControl'],
  ['HEAD', '/docs/live?action=getStatus'],
  ['DELETE', '/docs/live?recursive=true'],
  ['GET', '/docs?resource=filesystem&recursive=true'],
];

/** Query parameters that none of the requests above supports here; `versionid` some of flat accounts do. */
const parameters: Readonly<Record<string, string>> = {
  versionid: version,
  deletetype: 'permanent',
  prevsnapshot: version,
};
/** Parameters that some support with another value, or not at all; each with a value that none supports. */
const otherValues: Readonly<Record<string, string>> = {
  comp: 'other',
  restype: 'other',
  resource: 'other',
  action: 'other',
};
const headers: Readonly<Record<string, string>> = {
  'x-ms-encryption-key': 'a2V5',
  'x-ms-encryption-key-sha256': 'a2V5',
  'x-ms-encryption-algorithm': 'AES256',
  'x-ms-encryption-scope': 'scope',
  'x-ms-encryption-context': 'context',
  'x-ms-source-encryption-key': 'a2V5',
  'x-ms-default-encryption-scope': 'scope',
  'x-ms-deny-encryption-scope-override': 'true',
  'x-ms-immutability-policy-until-date': 'Fri, 01 Jan 2027 00:00:00 GMT',
  'x-ms-immutability-policy-mode': 'unlocked',
  'x-ms-legal-hold': 'true',
  'x-ms-structured-body': 'XSM/1.0; properties=crc64',
  'x-ms-structured-content-length': '3',
  'x-ms-range-get-content-crc64': 'true',
  'x-ms-delete-type-permanent': 'true',
  'x-ms-expiry-option': 'RelativeToNow',
  'x-ms-expiry-time': '1000',
  'x-ms-seal-blob': 'true',
  'x-ms-source-content-crc64': 'AAAAAAAAAAA=',
  'x-ms-previous-snapshot-url': 'http://127.0.0.1/a/docs/live?snapshot=x',
  'x-ms-undelete-source': 'live?deletionid=1',
};
const pathHeaders: Readonly<Record<string, string>> = {
  'x-ms-content-crc64': 'AAAAAAAAAAA=',
  'x-ms-lease-action': 'acquire',
};

/** Whether a request of a flat account may name a version. */
function namesVersions([method, path]: Request): boolean {
  const comp = new URLSearchParams(path.split('?')[1]).get('comp');
  if (!path.startsWith('/docs/live')) return false;
  return comp === null ? method !== 'PUT' : comp === 'tier' || comp === 'tags';
}

function withParameter([method, path, own = {}, body = '']: Request, name: string, value: string): Request {
  const [place = '', query = ''] = path.split('?');
  const parts = query.split('&').filter((part) => part !== '' && !part.startsWith(`${name}=`));
  return [method, `${place}?${[...parts, `${name}=${encodeURIComponent(value)}`].join('&')}`, own, body];
}

function withHeader([method, path, own = {}, body = '']: Request, name: string, value: string): Request {
  return [method, path, { ...own, [name]: value }, body];
}

interface Stage {
  readonly send: Send;
  /** The state that no refused request may change. */
  state(): Promise<string>;
}

async function createStage(hierarchical: boolean): Promise<Stage> {
  const { storage } = await startTwoAccounts({ hierarchical });
  const send = createSender(storage, 'sourceaccount');
  // By the API under which every request can be tried on the blob.
  if (hierarchical) await send('PUT', '/docs/live?resource=file');
  else await send('PUT', '/docs/live', block, 'live');
  return {
    send,
    async state() {
      const include = 'metadata,snapshots,uncommittedblobs';
      const listing = await send('GET', `/docs?restype=container&comp=list&include=${include}`);
      const container = await send('GET', '/docs?restype=container');
      return `${headerOf(container, 'etag')} ${listing.body}`;
    },
  };
}

async function expectRefused({ send }: Stage, request: Request, named: string): Promise<void> {
  const answer = await send(...request);
  const told = [answer.status, headerOf(answer, 'x-ms-error-code')].join(' ');
  expect([request, told]).toEqual([
    request,
    expect.stringMatching(/^400 (UnsupportedHeader|UnsupportedQueryParameter|InvalidInput)$/),
  ]);
  // An answer to HEAD has no body, and for an unknown operation there is nothing to name.
  const expected = request[0] === 'HEAD' ? '' : told.endsWith('InvalidInput') ? 'local storage' : named;
  expect([request, answer.body]).toEqual([request, expect.stringContaining(expected)]);
  expect([request, /local storage|^$/.test(answer.body)]).toEqual([request, true]);
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
])('what %s accounts do not have', (_kind, hierarchical) => {
  const blobRequests = [...requests, ...(hierarchical ? [] : flatRequests)];
  const dataLake = hierarchical ? pathRequests : [];

  it('is refused by name in every request, and changes nothing', async () => {
    const stage = await createStage(hierarchical);
    const before = await stage.state();
    for (const request of [...blobRequests, ...dataLake]) {
      const isPath = dataLake.includes(request);
      for (const [name, value] of Object.entries({ ...parameters, ...otherValues })) {
        // The Data Lake API selects operations by these two, and has no page operations.
        if (isPath && ['resource', 'action', 'prevsnapshot'].includes(name)) continue;
        if (name === 'versionid' && !hierarchical && namesVersions(request)) continue;
        await expectRefused(stage, withParameter(request, name, value), name);
      }
      for (const [name, value] of Object.entries({ ...headers, ...(isPath && pathHeaders) }))
        await expectRefused(stage, withHeader(request, name, value), name);
    }
    expect(await stage.state()).toBe(before);
  });

  it('is refused when it names a snapshot that the operation does not use', async () => {
    const stage = await createStage(hierarchical);
    const before = await stage.state();
    const aboutSnapshots = ['GET', 'HEAD', 'DELETE'];
    const others = blobRequests.filter(
      ([method, path]) =>
        path.startsWith('/docs/live') && !aboutSnapshots.includes(method) && !/tier|lease/.test(path),
    );
    for (const request of others)
      await expectRefused(stage, withParameter(request, 'snapshot', version), 'snapshot');
    expect(await stage.state()).toBe(before);
    const deletion = await stage.send('DELETE', `/docs/live?snapshot=${version}`);
    expect([deletion.status, headerOf(deletion, 'x-ms-error-code')]).toEqual([404, 'BlobNotFound']);
  });

  it.each([
    ['PUT', '/docs/live?comp=expiry', 'comp', { 'x-ms-expiry-option': 'NeverExpire' }],
    ['PUT', '/docs/live?comp=immutabilityPolicies', 'comp'],
    ['DELETE', '/docs/live?comp=immutabilityPolicies', 'comp'],
    ['PUT', '/docs/live?comp=legalhold', 'comp', { 'x-ms-legal-hold': 'true' }],
    ['POST', '/docs/live?comp=query', 'comp', {}, '<QueryRequest/>'],
    ['PUT', '/docs/live?comp=incrementalcopy', 'comp', { 'x-ms-copy-source': 'http://127.0.0.1/a/b/c' }],
    ['PUT', '/docs?restype=container&comp=rename', 'comp'],
    ['GET', '/docs/live?comp=metadata', 'comp'],
    ['PATCH', '/docs/live?action=setProperties', 'action'],
    ['PATCH', '/docs/live?action=setExpiry', 'action'],
    ['PATCH', '/docs?resource=filesystem', 'resource'],
    ['PUT', '/new?resource=filesystem', 'resource'],
    ['GET', '/?resource=account', 'resource'],
    ['POST', '/docs/live?action=lease', 'action'],
  ] as [string, string, string, Record<string, string>?, string?][])(
    'is refused: %s %s',
    async (method, path, named, own = {}, body = '') => {
      const stage = await createStage(hierarchical);
      const before = await stage.state();
      await expectRefused(stage, [method, path, own, body], named);
      expect(await stage.state()).toBe(before);
    },
  );

  it('is refused in the source of a copy', async () => {
    const stage = await createStage(hierarchical);
    const before = await stage.state();
    const named = hierarchical ? 'versionid' : 'deletionid';
    const source = stage.send.url(`/docs/live?${named}=${version}`);
    for (const more of [{}, { 'x-ms-requires-sync': 'true' }, block])
      await expectRefused(
        stage,
        ['PUT', '/docs/live', { 'x-ms-copy-source': source, ...more }],
        'x-ms-copy-source',
      );
    expect(await stage.state()).toBe(before);
  });

  it('is refused in a part of a batch', async () => {
    const stage = await createStage(hierarchical);
    const part = new URL(stage.send.url(`/docs/live?prevsnapshot=${version}`));
    const body = [
      '--batch',
      'Content-Type: application/http',
      'Content-ID: 0',
      '',
      `DELETE ${part.pathname}${part.search} HTTP/1.1`,
      'Content-Length: 0',
      '',
      '--batch--',
      '',
    ].join('\r\n');
    const answer = await stage.send(
      'POST',
      '/?comp=batch',
      { 'content-type': 'multipart/mixed; boundary=batch' },
      body,
    );
    expect(answer.status).toBe(202);
    expect(answer.body).toMatch(/HTTP\/1\.1 400 .*UnsupportedQueryParameter/s);
    expect((await stage.send('HEAD', '/docs/live')).status).toBe(200);
  });

  it('is not listed, and an unknown include value is refused', async () => {
    const { send } = await createStage(hierarchical);
    const list = (query: string) => send('GET', `/docs?restype=container&comp=list&${query}`);
    const all = await list('include=deleted,versions,deletedwithversions,immutabilitypolicy,legalhold');
    expect([all.status, all.body.match(/<Blob>/g)]).toEqual([200, ['<Blob>']]);
    expect(all.body).not.toMatch(/<Deleted>|<VersionId>/);
    const unknown = await list('include=other');
    expect([unknown.status, headerOf(unknown, 'x-ms-error-code')]).toEqual([
      400,
      'InvalidQueryParameterValue',
    ]);
    const deleted = await list('showonly=deleted');
    const other = await list('showonly=other');
    expect([deleted.status, other.status]).toEqual([hierarchical ? 200 : 400, 400]);
    expect(deleted.body).not.toContain('<Blob>');
  });

  it('cannot be switched on, and is reported as off', async () => {
    const { storage } = await startTwoAccounts({ hierarchical });
    const blobs = BlobServiceClient.fromConnectionString(
      storage.connectionString('sourceaccount').replace(/DfsEndpoint=[^;]*;/, ''),
    );
    const off = { enabled: false };
    expect(await refusalOf(blobs.setProperties({ staticWebsite: { enabled: true } }))).toBe(
      '400 UnsupportedXmlNode',
    );
    await blobs.setProperties({ staticWebsite: off });
    expect(await blobs.getProperties()).toMatchObject({ deleteRetentionPolicy: off, staticWebsite: off });
    // The service properties that were read can be written back.
    const { _response, ...read } = await blobs.getProperties();
    await blobs.setProperties(read);
  });

  it('is named only after authentication: a wrong key or signature is AuthenticationFailed', async () => {
    const { storage, source } = await startTwoAccounts({ hierarchical });
    const wrong = new BlobServiceClient(
      storage.blobEndpoint('sourceaccount'),
      new StorageSharedKeyCredential('sourceaccount', accounts[1]?.key ?? ''),
    );
    expect(await refusalOf(wrong.getContainerClient('docs').getBlobClient('live').delete())).toBe(
      '403 AuthenticationFailed',
    );
    const url = new URL(await sasUrl(source.getBlobClient('live')));
    url.searchParams.set('sig', Buffer.alloc(32).toString('base64'));
    url.searchParams.set('versionid', version);
    const paths = hierarchical ? ['', '&action=getAccessControl'] : [''];
    for (const more of paths) {
      const answer = await fetch(`${url.href}${more}`, { method: 'HEAD' });
      expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([403, 'AuthenticationFailed']);
    }
  });
});
