import { describe, expect, it, vi } from 'vitest';
import { type SwapDetection, detectSwappedAccounts } from '../../src/identity/detect-swapped-accounts.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseEtag } from '../../src/model/etag.ts';
import { parseContainerName, parseKey } from '../../src/model/key.ts';
import { type ScopeRules, createScope } from '../../src/model/scope.ts';
import { addStamp } from '../../src/model/stamp.ts';

const stampOf = (account: string) => ({ account, etag: parseEtag('"0x8DC"'), lastModified: new Date(0) });

interface Case {
  /** Blobs of the source, and the account in the stamp of each that has one. */
  readonly blobs?: Readonly<Record<string, string | undefined>>;
  readonly registered?: readonly string[];
  readonly scope?: Partial<ScopeRules>;
  /** Calls that fail. */
  readonly failing?: RegExp;
  readonly code?: 'storage-unavailable' | 'storage-forbidden';
}

async function see({
  blobs = {},
  registered = [],
  scope = {},
  failing,
  code = 'storage-unavailable',
}: Case): Promise<{
  seen: SwapDetection;
  calls: string[];
}> {
  const calls: string[] = [];
  const source = createMemoryAccount('sourceaccount', async (call, _key, effect) => {
    calls.push(call);
    if (failing?.test(call) === true) throw new BlobmirrorError(code, 'it does not answer');
    return await Promise.resolve(effect());
  });
  for (const [name, account] of Object.entries(blobs)) {
    const slash = name.indexOf('/');
    const key = parseKey(name.slice(0, slash), name.slice(slash + 1));
    source.addContainer(key.container);
    source.put(key, {
      content: 'x',
      metadata: account === undefined ? {} : addStamp({}, stampOf(account)),
    });
  }
  const documents = new MemoryDocuments();
  for (const name of registered) documents.stored.set(`registry/${name}`, { text: '{}', version: '1' });
  const registry = documents.through(async (call, _key, effect) => {
    if (failing?.test(call) === true) throw new BlobmirrorError(code, 'it does not answer');
    return await immediately(call, undefined, effect);
  });
  const seen = await detectSwappedAccounts({
    source,
    backup: 'backupaccount',
    scope: createScope('sourceaccount', scope),
    registries: [registry],
    canaries: parseContainerName('blobmirror-canary'),
    withinMs: 10_000,
  });
  return { seen, calls };
}

describe('accounts', () => {
  it.each<[string, Case]>([
    [
      'a blob was mirrored from the backup',
      { blobs: { 'photos/a': undefined, 'photos/b': 'backupaccount' } },
    ],
    ['a mirror the other way is registered', { registered: ['backupaccount-to-sourceaccount.any-name'] }],
    ['its canary is there alone', { blobs: { 'blobmirror-canary/x.json': 'backupaccount' } }],
    ['something failed beside it', { blobs: { 'photos/b': 'backupaccount' }, failing: /documents/ }],
  ])('are swapped where %s', async (_, given) => {
    expect((await see(given)).seen).toMatchObject({ kind: 'swapped' });
  });

  it.each<[string, Case]>([
    ['the source is empty', {}],
    ['nothing carries a stamp', { blobs: { 'photos/a': undefined } }],
    ['blobs were restored from the backup, with their stamps', { blobs: { 'photos/a': 'sourceaccount' } }],
    ['they come from a third account', { blobs: { 'photos/a': 'thirdaccount' } }],
    ['this very mirror is registered', { registered: ['sourceaccount-to-backupaccount.default'] }],
    ['a mirror of another pair is', { registered: ['backupaccount-to-sourceaccount2.default'] }],
    [
      'the container is not mirrored',
      { blobs: { 'other/a': 'backupaccount' }, scope: { containers: { include: ['photos'], exclude: [] } } },
    ],
    ['who asks may not see the registry', { failing: /documents/, code: 'storage-forbidden' }],
  ])('are not swapped where %s', async (_, given) => {
    expect((await see(given)).seen).toMatchObject({ kind: 'clear' });
  });

  it.each(['documents.list', 'sourceaccount.listContainers', 'sourceaccount.listBlobs'])(
    'are not known to be either where %s fails',
    async (call) => {
      const { seen } = await see({ blobs: { 'photos/a': undefined }, failing: new RegExp(call) });
      expect(seen).toMatchObject({ kind: 'unknown', error: { code: 'storage-unavailable' } });
    },
  );

  it('are not known to be either when the source does not answer in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let seen: SwapDetection | undefined;
    const never = {
      [Symbol.asyncIterator]: () => ({ next: async () => await new Promise<never>(() => {}) }),
    };
    void detectSwappedAccounts({
      source: { account: 'sourceaccount', listContainers: () => never, listBlobs: () => never },
      backup: 'backupaccount',
      scope: createScope('sourceaccount'),
      registries: [],
      canaries: undefined,
      withinMs: 10_000,
    }).then((detection) => (seen = detection));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(seen).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    expect(seen).toMatchObject({ kind: 'unknown', error: { code: 'storage-unavailable' } });
  });

  it('are looked at no further than two pages of a container', async () => {
    let pages = 0;
    const source = {
      account: 'sourceaccount',
      listContainers: async function* () {
        yield await Promise.resolve([parseContainerName('photos')]);
      },
      listBlobs: async function* () {
        for (;;) {
          if (++pages > 9) return;
          yield await Promise.resolve({ entries: [] } as never);
        }
      },
    };
    const seen = await detectSwappedAccounts({
      source,
      backup: 'backupaccount',
      scope: createScope('sourceaccount'),
      registries: [],
      canaries: undefined,
      withinMs: 10_000,
    });
    expect([seen, pages]).toEqual([{ kind: 'clear', blobs: 0 }, 2]);
  });

  it('are looked at with few requests, spread over many containers', async () => {
    const blobs = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [
        `c${String(i).padStart(3, '0')}/a`,
        i > 280 ? 'backupaccount' : undefined,
      ]),
    );
    const { seen, calls } = await see({ blobs });
    expect(seen).toMatchObject({ kind: 'swapped' });
    expect(calls.length).toBeLessThanOrEqual(30);
  });
});
