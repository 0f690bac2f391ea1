import type { IncomingMessage } from 'node:http';
import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createCopySources } from '../../../src/azure/copy/copy-source.ts';
import { createPathClients } from '../../../src/azure/lake/path-clients.ts';
import { parseKey } from '../../../src/model/key.ts';
import { createNegotiatedVersion, serviceVersionPolicy } from '../../../src/azure/account/service-version.ts';
import type { ServiceVersion, VersionStatus } from '../../../src/model/service-version.ts';
import { SERVICE_VERSIONS } from '../../../src/model/service-version.ts';
import { refuseVersions, type VersionGate } from '../../e2e/support/refuse-versions.ts';
import { startProxy } from '../../e2e/support/start-proxy.ts';
import { KEY } from '../../support/keys.ts';
import { type StoragePair, startStoragePair } from '../../support/storage-pair.ts';
import { rejectionOf } from '../support/answering-service.ts';

const [NEWEST] = SERVICE_VERSIONS;
const IN_LAKE = parseKey('photos', 'lake');
const DIRECTORY = parseKey('photos', 'made');
const OLDEST = SERVICE_VERSIONS.at(-1);

let pair: StoragePair;
beforeAll(async () => {
  pair = await startStoragePair({}, { hierarchical: true });
  await pair.put('source', KEY, { content: 'v1' });
  await pair.addContainer('backup', KEY.container);
});
afterAll(async () => {
  await pair.stop();
});

/**
 * The source behind a service with its own versions: a proxy at a port of its own, so that no version is
 * known of it.
 */
async function startOld(gate: VersionGate, apiVersion?: ServiceVersion) {
  const { source } = pair.connectionStrings;
  const behind = Number(/127\.0\.0\.1:(\d+)/.exec(source)?.[1]);
  const port = await startProxy(behind, gate.intercept);
  return connectAccount({
    connectionString: source.replaceAll(`:${behind}`, `:${port}`),
    ...(apiVersion !== undefined && { apiVersion }),
  });
}

describe('an account that refuses the version of the SDK', () => {
  it('gets the newest one that it accepts, and no other from then on', async () => {
    const gate = refuseVersions('2025-11-05');
    const account = await startOld(gate);
    const told: VersionStatus[] = [];
    account.negotiatedVersion.onRefused((status) => told.push(status));
    const reader = createAzureBlobReader(account);

    expect(await reader.read(KEY)).toMatchObject({ present: true });
    // The answer to a HEAD does not say which header it refuses, so each is followed by a GET.
    expect(gate.refused).toEqual(
      ['2026-10-06', '2026-06-06', '2026-04-06', '2026-02-06'].flatMap((version) => [
        `HEAD ${version}`,
        `GET ${version}`,
      ]),
    );
    gate.refused.length = 0;
    expect((await Array.fromAsync(reader.listContainers())).flat()).toContain(KEY.container);
    const listed = await Array.fromAsync(reader.listBlobs(KEY.container));
    expect(listed.flatMap(({ entries }) => entries.map(({ path }) => path))).toContain(KEY.path);
    expect(await reader.readRootAccess(KEY.container)).toMatchObject({ owner: '$superuser' });
    expect(gate.refused).toEqual([]);
    expect([...gate.passed]).toEqual(['2025-11-05']);
    expect(told).toEqual([{ refused: NEWEST, spoken: '2025-11-05', isTaken: true, isRefusedWhole: false }]);
  });

  it('at its Data Lake endpoint alone, gets a version that both endpoints accept at both', async () => {
    const isLake = ({ url = '', method }: IncomingMessage) =>
      method === 'PATCH' || /[?&](?:resource|action)=/.test(url) || (method === 'GET' && isLast(url));
    const isLast = (url: string) => url.includes(IN_LAKE.path);
    const gate = refuseVersions('2024-11-04', isLake);
    const account = await startOld(gate);
    expect(await createAzureBlobReader(account).read(KEY)).toMatchObject({ present: true });
    await createPathClients(account).path(IN_LAKE).create('directory');
    expect(account.negotiatedVersion.status()).toMatchObject({ spoken: '2024-11-04' });
  });

  it('for a rename, gets one that it accepts', async () => {
    const isRename = ({ headers, url = '' }: IncomingMessage) =>
      headers['x-ms-rename-source'] !== undefined || url.includes('action=getStatus');
    const account = await startOld(refuseVersions('2025-11-05', isRename));
    const from = parseKey('photos', 'to be renamed');
    await account.client.getContainerClient('photos').getBlockBlobClient(from.path).upload('x', 1);
    const read = await createAzureBlobReader(account).read(from);
    if (!read.present) throw new Error('it was just written');
    await createPathClients(account).move(from, parseKey('photos', 'renamed'), read.etag, {
      nothingThere: true,
    });
    expect(account.negotiatedVersion.status()).toMatchObject({ spoken: '2025-11-05' });
  });

  it.each(['list', 'root access', 'create', 'directory'] as const)(
    'whatever the first request: %s',
    async (first) => {
      const gate = refuseVersions('2026-04-06');
      const account = await startOld(gate);
      const reader = createAzureBlobReader(account);
      const asked = {
        list: async () => await Array.fromAsync(reader.listBlobs(KEY.container)),
        'root access': async () => await reader.readRootAccess(KEY.container),
        // The Data Lake API does not say which header it refuses, not even for a write.
        directory: async () => await createPathClients(account).path(DIRECTORY).create('directory'),
        create: async () => await account.client.createContainer(`made-${first}`),
      };
      expect(await asked[first]()).toBeTruthy();
      expect([...gate.passed]).toEqual(['2026-04-06']);
    },
  );

  it('signs its copy sources by the version that it accepts', async () => {
    const account = await startOld(refuseVersions('2026-02-06'));
    const sources = createCopySources(account);
    const { searchParams: before } = new URL((await sources.grant(KEY)).url);
    expect(before.get('sv')).toBe(NEWEST);
    await createAzureBlobReader(account).read(KEY);
    // A signature is reused while it is of that version.
    const { searchParams: after } = new URL((await sources.grant(KEY)).url);
    expect(after.get('sv')).toBe('2026-02-06');
  });

  it('counts as not answering where it accepts none, and gets the newest again', async () => {
    const gate = refuseVersions(undefined);
    const account = await startOld(gate);
    const reader = createAzureBlobReader(account);
    const list = async () => await Array.fromAsync(reader.listBlobs(KEY.container));
    expect(await rejectionOf(list())).toMatchObject({
      code: 'service-version-refused',
      disposition: 'retry',
      message: `sourceaccount refuses every version from ${NEWEST} to ${OLDEST} of the storage services`,
    });
    expect(account.negotiatedVersion.status()).toMatchObject({ isRefusedWhole: true, isTaken: false });
    expect(gate.refused).toHaveLength(SERVICE_VERSIONS.length);

    const [read, root] = [reader.read(KEY), reader.readRootAccess(KEY.container)].map(rejectionOf);
    expect(await read).toMatchObject({ code: 'service-version-refused' });
    expect(await root).toMatchObject({ code: 'service-version-refused' });

    gate.newest = NEWEST;
    await list();
    expect([...gate.passed]).toEqual([NEWEST]);
    expect(account.negotiatedVersion.status()).toEqual({
      refused: undefined,
      spoken: undefined,
      isRefusedWhole: false,
      isTaken: true,
    });
  });

  it('gets only the version that a setting names', async () => {
    const gate = refuseVersions('2025-11-05');
    const reader = createAzureBlobReader(await startOld(gate, '2026-02-06'));
    expect(await rejectionOf(Array.fromAsync(reader.listContainers()))).toMatchObject({
      code: 'service-version-refused',
      message: 'sourceaccount refuses version 2026-02-06 of the storage services',
    });
    expect(gate.refused).toEqual(['GET 2026-02-06']);

    gate.newest = '2026-02-06';
    await Array.fromAsync(reader.listContainers());
    expect([...gate.passed]).toEqual(['2026-02-06']);
  });
});

describe('a header that is refused', () => {
  it('and is not the version is reported as it is, and changes nothing', async () => {
    const gate = refuseVersions(undefined, ({ method }) => method === 'HEAD');
    const account = await startOld(gate);
    expect(await rejectionOf(createAzureBlobReader(account).read(KEY))).toMatchObject({
      code: 'storage-rejected',
    });
    expect(account.negotiatedVersion.status()).toMatchObject({ refused: undefined, spoken: undefined });
  });

  it('of a write is not retried with an older version, where a read with the same one is answered', async () => {
    const { policy, spoken } = createPolicy();
    const sent: string[] = [];
    const answer = await policy.sendRequest(toRequest('PUT'), async (request) => {
      const { method } = request;
      sent.push(`${method} ${request.headers.get('x-ms-version')}`);
      return await Promise.resolve({
        request,
        status: method === 'PUT' ? 400 : 404,
        headers: createHttpHeaders({
          'x-ms-error-code': method === 'PUT' ? 'InvalidHeaderValue' : 'BlobNotFound',
          'x-ms-version': NEWEST,
        }),
        bodyAsText: '',
      });
    });
    expect(answer.status).toBe(400);
    expect(sent).toEqual([`PUT ${NEWEST}`, `GET ${NEWEST}`, `PUT ${NEWEST}`]);
    expect(spoken.status().refused).toBeUndefined();
  });

  it('is not passed on where the account accepts the version during the check', async () => {
    const { policy, spoken } = createPolicy();
    let refusals = 1;
    const answer = await policy.sendRequest(toRequest('HEAD'), async (request) =>
      refusals-- > 0
        ? await refuseNewest(request)
        : { request, status: 200, headers: createHttpHeaders({ 'x-ms-request-id': 'one' }) },
    );
    expect(answer.status).toBe(200);
    expect(spoken.status().refused).toBeUndefined();
  });

  it('counts as an overload where the read that checks it meets one', async () => {
    const { policy, spoken } = createPolicy();
    const answer = await policy.sendRequest(toRequest('PUT'), async (request) => {
      const isRead = request.method === 'GET';
      const code = isRead ? 'ServerBusy' : 'InvalidHeaderValue';
      const headers = createHttpHeaders({ 'x-ms-error-code': code });
      return await Promise.resolve({ request, status: isRead ? 503 : 400, headers });
    });
    expect(answer.status).toBe(503);
    expect(spoken.status().refused).toBeUndefined();
  });

  it('changes nothing where an older version meets an overload', async () => {
    const { policy, spoken } = createPolicy();
    const answer = await policy.sendRequest(toRequest('HEAD'), async (request) => {
      const response = await refuseNewest(request);
      return response.status === 400 ? response : { ...response, status: 503 };
    });
    expect(answer.status).toBe(503);
    expect(spoken.status().refused).toBeUndefined();
  });

  it('with a body that can be read only once makes the next request use an older version', async () => {
    const { policy, spoken } = createPolicy();
    const request = toRequest('PUT');
    request.body = Readable.from(['once']);
    expect(await rejectionOf(policy.sendRequest(request, refuseNewest))).toMatchObject({
      code: 'service-version-refused',
    });
    expect(spoken.versionToSend(NEWEST)).toBe(SERVICE_VERSIONS[1]);
  });
});

function createPolicy() {
  const spoken = createNegotiatedVersion();
  return { spoken, policy: serviceVersionPolicy('photos', spoken) };
}

function toRequest(method: 'PUT' | 'HEAD') {
  const headers = createHttpHeaders({ 'x-ms-version': NEWEST });
  return createPipelineRequest({ url: 'http://127.0.0.1:1/', method, headers });
}

/** With the newest version only; an older one would be accepted. */
async function refuseNewest(request: PipelineResponse['request']): Promise<PipelineResponse> {
  const isNewest = request.headers.get('x-ms-version') === NEWEST;
  return await Promise.resolve({
    request,
    status: isNewest ? 400 : 201,
    headers: createHttpHeaders(isNewest ? { 'x-ms-error-code': 'InvalidHeaderValue' } : {}),
    // A HEAD has no body.
    bodyAsText: request.method === 'HEAD' ? '' : '<HeaderName>x-ms-version</HeaderName>',
  });
}
