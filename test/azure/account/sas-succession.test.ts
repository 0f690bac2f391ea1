import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
} from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createSasSuccession } from '../../../src/azure/account/sas-succession.ts';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { createCopySources } from '../../../src/azure/copy/copy-source.ts';
import { startProxy } from '../../e2e/support/start-proxy.ts';
import { KEY } from '../../support/keys.ts';
import { type StoragePair, startStoragePair } from '../../support/storage-pair.ts';

let pair: StoragePair;
beforeAll(async () => {
  pair = await startStoragePair();
  await pair.put('source', KEY, { content: 'v1' });
});
afterAll(async () => {
  await pair.stop();
});

const HOUR = 3_600_000;
let made = 0;

/** An account SAS of the source. Each has another signature. */
function sasOf(connectionString: string, endsInMs: number): string {
  const part = (name: string): string => new RegExp(`${name}=([^;]+)`).exec(connectionString)?.[1] ?? '';
  return generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse('b').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      permissions: AccountSASPermissions.parse('rwdlactfx'),
      startsOn: new Date(Date.now() - HOUR - 1000 * made++),
      expiresOn: new Date(Date.now() + endsInMs),
    },
    new StorageSharedKeyCredential(part('AccountName'), part('AccountKey')),
  ).toString();
}

/** The source behind a service that can revoke a SAS. */
async function start({ first = HOUR, second = 2 * HOUR } = {}) {
  const keyed = pair.connectionStrings.source;
  const behind = Number(/127\.0\.0\.1:(\d+)/.exec(keyed)?.[1]);
  const revoked = new Set<string>();
  const seen: string[] = [];
  const signatureIn = (url: string): string | null => new URL(url, 'http://x').searchParams.get('sig');
  const port = await startProxy(behind, (request: IncomingMessage, response) => {
    const signature = signatureIn(request.url ?? '');
    if (signature === null) return false;
    seen.push(signature);
    if (!revoked.has(signature)) return false;
    response.writeHead(403, {
      'x-ms-error-code': 'AuthenticationFailed',
      'x-ms-request-id': '7f0c4a3e-0000-0000-0000-000000000000',
      'content-type': 'application/xml',
    });
    response.end(
      request.method === 'HEAD' ? undefined : '<Error><Code>AuthenticationFailed</Code><Message/></Error>',
    );
    return true;
  });
  const endpoint = /BlobEndpoint=([^;]+)/.exec(keyed)?.[1]?.replace(`:${behind}`, `:${port}`) ?? '';
  const [one, two] = [sasOf(keyed, first), sasOf(keyed, second)];
  const signatures = [one, two].map((sas) => new URLSearchParams(sas).get('sig') ?? '');
  const toConnection = (sas: string) => `BlobEndpoint=${endpoint};SharedAccessSignature=${sas}`;
  const account = connectAccount({ connectionString: toConnection(one), secondary: toConnection(two) });
  const sas = account.authorization.kind === 'sas' ? account.authorization.sas : undefined;
  return {
    account,
    toConnection,
    revoke: (i: 0 | 1) => revoked.add(signatures[i] ?? ''),
    restore: () => revoked.clear(),
    /** Which SAS each request went out with since the last call: 0 and 1. */
    used: () => seen.splice(0).map((signature) => signatures.indexOf(signature)),
    status: () => sas?.status() ?? [],
  };
}

describe('a second SAS', () => {
  it('is not used while the first one is accepted', async () => {
    const { account, used, status } = await start();
    expect(await createAzureBlobReader(account).read(KEY)).toMatchObject({ present: true });
    expect(used()).toEqual([0]);
    expect(status()).toMatchObject([
      { isInUse: true, isRefused: false },
      { isInUse: false, isRefused: false },
    ]);
  });

  it('takes over at the request that finds the first one revoked, and costs no request from then on', async () => {
    const { account, used, revoke, status } = await start();
    const reader = createAzureBlobReader(account);
    revoke(0);
    expect(await reader.read(KEY)).toMatchObject({ present: true });
    expect((await Array.fromAsync(reader.listContainers())).flat()).toContain(KEY.container);
    expect(await Array.fromAsync(reader.listBlobs(KEY.container))).toMatchObject([
      { entries: [{ path: KEY.path }] },
    ]);
    expect(used()).toEqual([0, 1, 1, 1]);
    expect(status()).toMatchObject([
      { isInUse: false, isRefused: true },
      { isInUse: true, isRefused: false },
    ]);
  });

  it('takes over without a refusal once the end of the first one has passed', async () => {
    const { account, used, status } = await start({ first: -60_000 });
    expect(await createAzureBlobReader(account).read(KEY)).toMatchObject({ present: true });
    expect(used()).toEqual([1]);
    expect(status()[1]?.isInUse).toBe(true);
  });

  it('goes to the backup in the source of a copy, too', async () => {
    const { account, revoke } = await start();
    revoke(0);
    await createAzureBlobReader(account).read(KEY);
    const { url } = await createCopySources(account).grant(KEY);
    expect(url).toBe(await createCopySources(account).sign(KEY));
    expect((await fetch(url)).status).toBe(200);
    expect(await (await fetch(url)).text()).toBe('v1');
  });

  it('signs a rename and a copy within the account, where the source is in a header', async () => {
    const succession = createSasSuccession(['se=2020-01-01&sig=one', 'sp=r&sig=two']);
    const request = createPipelineRequest({
      url: 'https://a.blob.core.windows.net/c/b?se=2020-01-01&sig=one',
      headers: createHttpHeaders({
        'x-ms-copy-source': 'https://a.blob.core.windows.net/c/a?se=2020-01-01&sig=one',
        'x-ms-rename-source': '/c/a?se=2020-01-01&sig=one',
      }),
    });
    const seen: unknown[] = [];
    await succession.policy?.sendRequest(request, async (sent) => {
      await Promise.resolve();
      seen.push(sent.url, sent.headers.get('x-ms-copy-source'), sent.headers.get('x-ms-rename-source'));
      return { request: sent, status: 201, headers: createHttpHeaders() };
    });
    expect(seen).toEqual([
      'https://a.blob.core.windows.net/c/b?sp=r&sig=two',
      'https://a.blob.core.windows.net/c/a?sp=r&sig=two',
      '/c/a?sp=r&sig=two',
    ]);
    expect(request.url).toBe('https://a.blob.core.windows.net/c/b?se=2020-01-01&sig=one');
  });

  it('is used by the retry of a request whose body can be read only once', async () => {
    const succession = createSasSuccession(['sig=one', 'sig=two']);
    const request = createPipelineRequest({
      url: 'https://a.blob.core.windows.net/c/b?sig=one',
      method: 'PUT',
      body: Readable.from(['v1']),
    });
    const urls: string[] = [];
    const answer = await succession.policy?.sendRequest(request, async (sent) => {
      await Promise.resolve();
      urls.push(sent.url);
      const headers = createHttpHeaders({ 'x-ms-error-code': 'AuthenticationFailed' });
      return { request: sent, status: 403, headers };
    });
    expect(answer?.status).toBe(403);
    expect(urls).toHaveLength(1);
    expect(succession.status()[1]?.isInUse).toBe(true);
  });

  it.each([
    ['a missing right', { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }],
    [
      'a refusal by the source of a copy',
      { 'x-ms-error-code': 'AuthenticationFailed', 'x-ms-copy-source-status-code': '403' },
    ],
  ])('does not take over for %s', async (_what, headers) => {
    const succession = createSasSuccession(['sig=one', 'sig=two']);
    const request = createPipelineRequest({ url: 'https://a.blob.core.windows.net/c/b?sig=one' });
    await succession.policy?.sendRequest(request, async (sent) => {
      await Promise.resolve();
      return { request: sent, status: 403, headers: createHttpHeaders(headers) };
    });
    expect(succession.status()).toMatchObject([{ isInUse: true, isRefused: false }, { isInUse: false }]);
  });

  it('gives way to the first one when that is accepted again and the second is not', async () => {
    const { account, used, revoke, restore } = await start();
    const reader = createAzureBlobReader(account);
    revoke(0);
    await reader.read(KEY);
    restore();
    revoke(1);
    await reader.read(KEY);
    expect(used()).toEqual([0, 1, 1, 0]);
  });

  it('that is refused too leaves the refusal, and is not tried with each request', async () => {
    const { account, used, revoke, status } = await start();
    const reader = createAzureBlobReader(account);
    revoke(0);
    revoke(1);
    for (let i = 0; i < 3; i++)
      await expect(reader.read(KEY)).rejects.toMatchObject({ code: 'storage-forbidden' });
    expect(used()).toEqual([0, 1, 0, 0]);
    expect(status().map(({ isRefused }) => isRefused)).toEqual([true, true]);
  });

  it('is nowhere in an error', async () => {
    const { account, revoke } = await start();
    revoke(0);
    revoke(1);
    const error: unknown = await createAzureBlobReader(account)
      .read(KEY)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/sig=/);
    expect(String(error)).not.toMatch(/sig/);
  });
});

describe('the end of a SAS', () => {
  const of = (query: string) => createSasSuccession([query]).status()[0]?.endsAt;

  it.each([
    ['se=2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['sv=2021&se=2026-12-01T10%3A00%3A00Z&sig=x', '2026-12-01T10:00:00.000Z'],
    ['se=2026-12-01T10:00Z', '2026-12-01T10:00:00.000Z'],
  ])('is what it says: %s', (query, end) => {
    expect(of(query)?.toISOString()).toBe(end);
  });

  it('is unknown where it is in a stored access policy, or no time', () => {
    expect(of('si=policy&sig=x')).toBeUndefined();
    expect(of('se=soon')).toBeUndefined();
  });
});

it('a URL keeps its other parameters as they were written', () => {
  const first = 'sv=2021&se=2020-01-01&sig=a%2Bb';
  const succession = createSasSuccession([first, 'sv=2024&sp=r&sig=c%2Fd']);
  expect(succession.sign(`https://a.blob.core.windows.net/c/b%20+?comp=x&prefix=a+b%20c&${first}`)).toBe(
    'https://a.blob.core.windows.net/c/b%20+?comp=x&prefix=a+b%20c&sv=2024&sp=r&sig=c%2Fd',
  );
  expect(succession.sign('https://other.blob.core.windows.net/c/b?sv=2021&sig=other')).toBe(
    'https://other.blob.core.windows.net/c/b?sv=2021&sig=other',
  );
});

describe('the end of a SAS', () => {
  const at = (time: string): Date => new Date(time);
  const ENDS = '2026-12-01T00:00:00Z';
  const query = (end: string, sig: string): string => `se=${encodeURIComponent(end)}&sig=${sig}`;
  const choose = (time: string, ...ends: string[]): number => {
    const queries = ends.map((end, i) => query(end, String(i)));
    return createSasSuccession(queries, () => at(time))
      .status()
      .findIndex(({ isInUse }) => isInUse);
  };

  it.each([
    ['2026-11-30T23:59:59.999Z', 0],
    [ENDS, 1],
    ['2026-12-01T00:00:00.001Z', 1],
  ])('is the first moment at which it is not used: at %s', (time, expected) => {
    expect(choose(time, ENDS, '2026-12-02T00:00:00Z')).toBe(expected);
  });

  it('of all of them leaves the last one that was used', () => {
    expect(choose('2026-12-03T00:00:00Z', ENDS, '2026-12-02T00:00:00Z')).toBe(0);
  });
});
