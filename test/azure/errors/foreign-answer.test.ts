import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { createDelegationKeys } from '../../../src/azure/copy/copy-source.ts';
import { KEY } from '../../support/keys.ts';
import { rejectionOf, startAnsweringService } from '../support/answering-service.ts';

type Answer = Parameters<typeof startAnsweringService>[0];

async function connect(answer: Answer, tries = 1) {
  const service = await startAnsweringService(answer);
  onTestFinished(async () => await service.stop());
  const { origin } = new URL(service.container.url);
  return connectAccount(
    { connectionString: `BlobEndpoint=${origin}/sourceaccount;SharedAccessSignature=sig=x` },
    { tries },
  );
}

/** Shifts both clocks of this machine, from now on until the test ends, by what the result is called with. */
function shiftClocks(): (ms: number) => void {
  let passed = 0;
  for (const clock of [Date, performance]) {
    const now = clock.now.bind(clock);
    const shifted = vi.spyOn(clock, 'now').mockImplementation(() => now() + passed);
    onTestFinished(() => shifted.mockRestore());
  }
  return (ms) => void (passed += ms);
}

const OF_A_BLOB = {
  etag: '"0x1"',
  'last-modified': new Date(0).toUTCString(),
  'content-length': '5',
  'x-ms-blob-type': 'BlockBlob',
};

describe('an answer to a HEAD of a blob', () => {
  it('is accepted without the headers that a proxy removed, if one that identifies the service is left', async () => {
    const account = await connect((_, response) => {
      response.removeHeader('x-ms-request-id');
      response
        .writeHead(200, { ...OF_A_BLOB, 'x-ms-version': '2015-04-05', 'x-ms-meta-CamelCase': 'x' })
        .end();
    });
    expect(await createAzureBlobReader(account).read(KEY)).toMatchObject({
      present: true,
      metadata: { CamelCase: 'x' },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['an ETag that a proxy made weak', { etag: 'W/"0x1"' }],
    ['no ETag', { etag: '' }],
    ['no date of its last change', { 'last-modified': 'yesterday' }],
    ['no kind', { 'x-ms-blob-type': 'Page' }],
    ['the id of another request', { 'x-ms-client-request-id': '1' }],
  ])('is refused with %s', async (_, headers) => {
    const account = await connect((_request, response) => {
      response.writeHead(200, { ...OF_A_BLOB, ...headers }).end();
    });
    expect(await rejectionOf(createAzureBlobReader(account).read(KEY))).toMatchObject({
      code: 'answer-not-of-service',
      context: { account: 'sourceaccount', status: 200 },
    });
  });

  it('is requested again where the caller allows retries', async () => {
    let asked = 0;
    const account = await connect((_, response) => {
      if (++asked === 1) response.writeHead(200, { 'content-type': 'text/html' }).end();
      else response.writeHead(200, OF_A_BLOB).end();
    }, 2);
    expect(await createAzureBlobReader(account).read(KEY)).toMatchObject({ present: true, size: 5 });
    expect(asked).toBe(2);
  });
});

describe('an answer to a write', () => {
  const DONE = { 'x-ms-request-id': '1', etag: '"0x2"' };
  const write = async (headers: Record<string, string>) => {
    const { client } = await connect((request, response) => {
      request.resume();
      response.writeHead(202, { ...DONE, ...headers }).end();
    });
    return await client.getContainerClient('photos').deleteBlob('a').catch(toForeign);
  };
  const toForeign = (error: unknown): string => String((error as { message?: unknown }).message);

  it('is accepted from the service', async () => {
    expect(await write({})).toMatchObject({ _response: { status: 202 } });
  });

  it('is refused when it is a page, which a proxy answers with for any request', async () => {
    expect(await write({ 'content-type': 'text/html; charset=utf-8' })).toMatch(/a page/);
  });
});

describe('a listing by the SDK', () => {
  const page = (container: string) =>
    `<?xml version="1.0"?><EnumerationResults ContainerName="${container}"><Blobs /><NextMarker /></EnumerationResults>`;
  const list = async (asked: string, answered: string) => {
    const { client } = await connect((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(page(answered));
    });
    return await Array.fromAsync(client.getContainerClient(asked).listBlobsFlat());
  };

  it.each(['photos', '$web', '$root'])(
    'is accepted if it is of the requested container: %s',
    async (name) => {
      expect(await list(name, name)).toEqual([]);
    },
  );

  it('is refused where it is of another container', async () => {
    await expect(list('photos', '$web')).rejects.toThrow('the listing of another container');
  });
});

describe('a listing of containers', () => {
  const head = '<?xml version="1.0"?><EnumerationResults ServiceEndpoint="https://x.blob.core.windows.net/">';
  const list = async (body: string) => {
    const account = await connect((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
    });
    return await Array.fromAsync(createAzureBlobReader(account).listContainers());
  };

  it('is empty if the service says so', async () => {
    const empty = `${head}<Prefix /><Marker></Marker><Containers /><NextMarker /></EnumerationResults>`;
    expect(await list(empty)).toEqual([[]]);
  });

  it.each([
    ['has no containers', `${head}<NextMarker /></EnumerationResults>`],
    ['is one of blobs', `${head}<Blobs /><NextMarker /></EnumerationResults>`],
    ['is of a prefix', `${head}<Prefix>zzz</Prefix><Containers /><NextMarker /></EnumerationResults>`],
    [
      'is a later page',
      `${head}<Marker>/account/zzz</Marker><Containers /><NextMarker /></EnumerationResults>`,
    ],
  ])('is none when it %s', async (_, body) => {
    expect(await rejectionOf(list(body))).toMatchObject({ code: 'answer-not-of-service' });
  });
});

describe('an answer from before its request', () => {
  const ABSENT = { 'x-ms-error-code': 'BlobNotFound', 'x-ms-request-id': '1' };

  it.each<[string, Record<string, string>]>([
    ['has an age', { age: '120' }],
    ['has an age of nothing', { age: '0' }],
    ['is to another request', { 'x-ms-client-request-id': 'of another' }],
    ['has nothing of the service but its code', { 'x-ms-request-id': '', server: 'nginx' }],
  ])('is no proof of absence, when it %s', async (_, headers) => {
    const account = await connect((_request, response) => {
      const all = Object.entries({ ...ABSENT, ...headers });
      response.removeHeader('x-ms-request-id');
      response.writeHead(404, Object.fromEntries(all.filter(([, value]) => value !== ''))).end();
    });
    expect(await rejectionOf(createAzureBlobReader(account).read(KEY))).toMatchObject({
      code: 'answer-not-of-service',
      context: { status: 404 },
    });
  });

  it('is refused when its date is too old by the clock of the account', async () => {
    let isKept = false;
    const account = await connect((_request, response) => {
      const date = new Date(Date.now() - (isKept ? 90_000 : 0)).toUTCString();
      response.sendDate = false;
      response.writeHead(404, { ...ABSENT, date }).end();
    });
    const reader = createAzureBlobReader(account);
    // What three answers agree on; of those within one second, only one counts after the first.
    const passTime = shiftClocks();
    for (let heard = 0; heard < 3; heard++) {
      expect(await reader.read(KEY)).toEqual({ present: false, container: 'exists' });
      passTime(1050);
    }
    isKept = true;
    expect(await rejectionOf(reader.read(KEY))).toMatchObject({ code: 'answer-not-of-service' });
  });
});

describe('an answer to a request for a key to sign with', () => {
  it.each([
    ['is a page', 'text/html', '<html>Sign in</html>'],
    ['is empty', 'application/xml', ''],
    ['is a refusal', 'application/xml', '<?xml version="1.0"?><Error><Code>ServerBusy</Code></Error>'],
    ['lacks the key', 'application/xml', '<?xml version="1.0"?><UserDelegationKey></UserDelegationKey>'],
  ])('is none when it %s', async (_, type, body) => {
    const { client } = await connect((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    expect(await rejectionOf(createDelegationKeys(client)(new Date()))).toMatchObject({
      code: 'answer-not-of-service',
    });
  });
});
