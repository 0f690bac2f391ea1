import type { UserDelegationKey } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccountSas, BACKUP, SOURCE, type Storage, startStorage } from '@blobmirror/local';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { type Account, connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createCopySources } from '../../../src/azure/copy/copy-source.ts';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { parseKey } from '../../../src/model/key.ts';
import { present } from './support/copy-stage.ts';
import { delegationKey } from '../../support/delegation-key.ts';

const HOUR_MS = 3_600_000;
const KEY = parseKey('docs', 'dir/a ü%.txt');

/** A token as the identity service would issue it. The embedded storage checks audience, issuer and times. */
function tokenFor(audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience,
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
    nbf: now - 60,
    iat: now - 60,
    exp: now + 600,
  };
  return [{ alg: 'none' }, claims, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

describe('the source of a copy', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await startStorage({ port: 0, accounts: [SOURCE, BACKUP] });
    await byKey(BACKUP.name).client.createContainer('docs');
    const { containerClient } = await byKey(SOURCE.name).client.createContainer('docs');
    await containerClient.getBlockBlobClient(KEY.path).upload('hello', 5);
  });
  afterAll(async () => {
    await storage.stop();
  });

  const byKey = (name: string): Account =>
    connectAccount({ connectionString: storage.connectionString(name) });

  const bySas = (): Account => {
    const sas = createAccountSas({
      accountName: SOURCE.name,
      accountKey: SOURCE.key,
      blobEndpoint: storage.blobEndpoint(SOURCE.name),
      dfsEndpoint: null,
      connectionString: '',
    });
    return connectAccount({
      connectionString: `BlobEndpoint=${storage.blobEndpoint(SOURCE.name)};SharedAccessSignature=${sas}`,
    });
  };

  /**
   * Clients send no token over plain HTTP, so everything but the copy's own authorisation uses the key here.
   */
  const byIdentity = (audience = 'https://storage.azure.com'): Account => ({
    ...byKey(SOURCE.name),
    authorization: {
      kind: 'identity',
      credential: {
        getToken: () =>
          Promise.resolve({ token: tokenFor(audience), expiresOnTimestamp: Date.now() + HOUR_MS }),
      },
    },
  });

  async function copy(source: Account, options: Partial<CopyOptions>): Promise<string> {
    const backup = createAzureBackupStore(byKey(BACKUP.name), source, options);
    const there = await backup.read(KEY);
    const { kind: outcome } = await backup.copy({
      key: KEY,
      source: await present(createAzureBlobReader(byKey(SOURCE.name)), KEY),
      metadata: {},
      tier: undefined,
      tags: {},
      condition: there.present ? { ifMatch: there.etag } : { nothingThere: true },
    });
    return outcome;
  }

  const ONE_REQUEST: Partial<CopyOptions> = {};
  const BLOCKS: Partial<CopyOptions> = { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 2 } };
  const COPY_BLOB: Partial<CopyOptions> = { engine: 'copy-blob' };

  it.each<[string, () => Account, Partial<CopyOptions>]>([
    ['a key, in one request', () => byKey(SOURCE.name), ONE_REQUEST],
    ['a key, by blocks', () => byKey(SOURCE.name), BLOCKS],
    ['a key, asynchronously', () => byKey(SOURCE.name), COPY_BLOB],
    ['a SAS, in one request', bySas, ONE_REQUEST],
    ['a SAS, by blocks', bySas, BLOCKS],
    ['a SAS, asynchronously', bySas, COPY_BLOB],
    ['a token, in one request', byIdentity, ONE_REQUEST],
    ['a token, by blocks', byIdentity, BLOCKS],
  ])('is readable with %s', async (_, source, options) => {
    expect(await copy(source(), options)).toBe('written');
  });

  it('is not readable with a token for something else, and the error names the source', async () => {
    const refused = copy(byIdentity('https://vault.azure.net'), ONE_REQUEST);
    await expect(refused).rejects.toMatchObject({ code: 'storage-forbidden' });
    await expect(refused).rejects.toThrow('sourceaccount');
  });

  it('waits, as for a refusal, while there is no token', async () => {
    const account = byIdentity();
    const error = Object.assign(new Error('no identity here'), { name: 'CredentialUnavailableError' });
    const credential = { getToken: () => Promise.reject(error) };
    const sources = createCopySources({ ...account, authorization: { kind: 'identity', credential } });
    await expect(sources.grant(KEY)).rejects.toMatchObject({
      code: 'storage-forbidden',
      context: { account: SOURCE.name },
    });
  });

  it('is signed once for many blobs of a container, for an hour of requests and a week of a copy', async () => {
    const sources = createCopySources(byKey(SOURCE.name));
    const [one, other] = [await sources.grant(KEY), await sources.grant(parseKey('docs', 'b'))];
    const signed = new URL(await sources.sign(KEY));
    expect(new URL(one.url).search).toBe(new URL(other.url).search);
    expect(hoursLeft(new URL(one.url))).toBeCloseTo(1, 1);
    expect(hoursLeft(signed)).toBeCloseTo(167, 1);
    expect(signed.searchParams.get('sp')).toBe('r');
    expect(signed.searchParams.get('sr')).toBe('c');
  });

  it('is signed with a delegated key for an identity, and the key is requested once', async () => {
    const account = byIdentity();
    const asked: Date[] = [];
    Object.assign(account.client, {
      getUserDelegationKey: (startsOn: Date, expiresOn: Date): Promise<UserDelegationKey> => {
        asked.push(expiresOn);
        return Promise.resolve(delegationKey(startsOn, expiresOn));
      },
    });
    const sources = createCopySources(account);
    const url = new URL(await sources.sign(KEY));
    expect(url.searchParams.get('skoid')).toBe('object');
    expect(url.searchParams.get('sp')).toBe('r');
    expect(hoursLeft(url)).toBeCloseTo(167, 1);
    await sources.sign(KEY);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.getTime()).toBeLessThanOrEqual(Date.now() + 7 * 24 * HOUR_MS);
  });
});

function hoursLeft(url: URL): number {
  return (new Date(url.searchParams.get('se') ?? '').getTime() - Date.now()) / HOUR_MS;
}
