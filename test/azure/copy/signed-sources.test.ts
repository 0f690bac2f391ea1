import { StorageSharedKeyCredential, type UserDelegationKey } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createCopySources, createDelegationKeys } from '../../../src/azure/copy/copy-source.ts';
import { parseKey } from '../../../src/model/key.ts';
import { delegationKey } from '../../support/delegation-key.ts';

const HOUR_MS = 3_600_000;
const KEY = parseKey('docs', 'a');

/** A client that hands out user delegation keys and records until when each was asked for. */
function keyService() {
  const asked: number[] = [];
  const state = { fails: false };
  const getUserDelegationKey = async (startsOn: Date, expiresOn: Date): Promise<UserDelegationKey> => {
    asked.push(expiresOn.getTime());
    await Promise.resolve();
    if (state.fails) throw new Error('no key');
    return delegationKey(startsOn, expiresOn);
  };
  const client = { accountName: 'sourceaccount', getUserDelegationKey } as unknown as Parameters<
    typeof createDelegationKeys
  >[0];
  return { client, asked, state };
}

describe('a user delegation key', () => {
  it('is valid for as long as what it signs, and is requested only when the last one is not', async () => {
    const hours = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(hours, async (untils) => {
        const { client, asked } = keyService();
        const keyUntil = createDelegationKeys(client);
        let longest = -1;
        let requests = 0;
        for (const hour of untils) {
          if (hour > longest) requests++;
          longest = Math.max(longest, hour);
          const key = await keyUntil(new Date(hour * HOUR_MS));
          expect(key.signedExpiresOn.getTime()).toBeGreaterThanOrEqual(hour * HOUR_MS);
        }
        expect(asked).toHaveLength(requests);
      }),
      { numRuns: 50 },
    );
  });

  it('is requested again after a request that failed', async () => {
    const { client, state } = keyService();
    const keyUntil = createDelegationKeys(client);
    state.fails = true;
    await expect(keyUntil(new Date(HOUR_MS))).rejects.toMatchObject({ code: expect.any(String) as string });
    state.fails = false;
    await expect(keyUntil(new Date(HOUR_MS))).resolves.toMatchObject({ signedObjectId: 'object' });
  });
});

describe('a signature for the source of a copy', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-12-01T00:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const byKey = () => {
    const key = Buffer.from('a key').toString('base64');
    const account = connectAccount({
      connectionString: `DefaultEndpointsProtocol=http;AccountName=sourceaccount;AccountKey=${key};BlobEndpoint=http://127.0.0.1:9/sourceaccount;`,
    });
    return {
      ...account,
      authorization: {
        kind: 'key' as const,
        credential: new StorageSharedKeyCredential('sourceaccount', key),
      },
    };
  };
  const byIdentity = () => {
    const { client } = keyService();
    const account = byKey();
    Object.assign(account.client, { getUserDelegationKey: client.getUserDelegationKey.bind(client) });
    const credential = { getToken: async () => await Promise.resolve(null) };
    return { ...account, authorization: { kind: 'identity' as const, credential } };
  };
  const validity = (url: string) => {
    const { searchParams } = new URL(url);
    const time = (name: string): number => Date.parse(searchParams.get(name) ?? '');
    return {
      query: searchParams.toString(),
      startedMs: Date.now() - time('st'),
      leftMs: time('se') - Date.now(),
      keyLeftMs: time('ske') - Date.now(),
    };
  };

  it.each([
    ['a request, for half an hour at least', byKey, 'request', HOUR_MS],
    ['a copy of days, for half a week at least', byKey, 'copy', 167 * HOUR_MS],
    ['a copy of days by an identity, whose key lives as long', byIdentity, 'copy', 167 * HOUR_MS],
  ] as const)('is valid for %s, whenever it is used', async (_, account, purpose, validMs) => {
    const sources = createCopySources(account());
    const ask = async (): Promise<string> =>
      purpose === 'request' ? (await sources.grant(KEY)).url : await sources.sign(KEY);
    const steps = 40;
    const queries = new Set<string>();
    for (let i = 0; i < steps; i++) {
      const { query, startedMs, leftMs, keyLeftMs } = validity(await ask());
      expect(startedMs).toBeGreaterThanOrEqual(0);
      expect(leftMs).toBeGreaterThanOrEqual(validMs / 2 - 1000);
      expect(leftMs).toBeLessThanOrEqual(validMs);
      // An account's own key has no end.
      expect(account === byIdentity ? keyLeftMs : Infinity).toBeGreaterThanOrEqual(leftMs);
      queries.add(query);
      vi.advanceTimersByTime(validMs / 10);
    }
    // Each is used for half of its time, so that one serves many requests.
    expect(queries.size).toBeLessThanOrEqual(steps / 4);
  });
});
