import { describe, expect, it } from 'vitest';
import { FLAT } from '../support/flat.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { parseContainerName, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { mapContainers } from '../../src/ports/account-decorators.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { describePorts } from '../contract/ports.contract.ts';
import type { StoresUnderTest } from '../contract/stores.ts';
import { createMemoryStores } from '../support/memory-stores.ts';
import { startStoragePair } from '../support/storage-pair.ts';

const scope = createScope('sourceaccount', {
  containers: { include: [], exclude: ['private'] },
  names: { prefix: 'eu-', map: new Map([[parseContainerName('photos'), parseContainerName('pictures')]]) },
});

/** The same stores, except that a user's writes to the backup go to the mapped container. */
function mapped(stores: StoresUnderTest): StoresUnderTest {
  const on = (side: 'source' | 'backup', container: string): string =>
    side === 'source' ? container : scope.toBackup(parseContainerName(container));
  return {
    source: stores.source,
    backup: mapContainers(stores.backup, scope),
    put: async (side, key, blob) => await stores.put(side, parseKey(on(side, key.container), key.path), blob),
    remove: async (side, key) => await stores.remove(side, parseKey(on(side, key.container), key.path)),
    snapshot: async (side, key) => await stores.snapshot(side, parseKey(on(side, key.container), key.path)),
    removeSnapshots: async (side, key) =>
      await stores.removeSnapshots(side, parseKey(on(side, key.container), key.path)),
    content: async (side, key) => await stores.content(side, parseKey(on(side, key.container), key.path)),
    addContainer: async (side, container) => await stores.addContainer(side, on(side, container)),
    stop: async () => await stores.stop(),
  };
}

describePorts('in memory, with other names on the backup', async () => mapped(await createMemoryStores()));
describePorts('on real accounts, with other names on the backup', async () =>
  mapped(await startStoragePair()),
);

describe('a backup under the names of the source', () => {
  it('shows the images of containers in the scope, and hides all others', async () => {
    const backup = createMemoryAccount('backupaccount');
    for (const name of ['pictures', 'photos', 'eu-docs', 'eu-photos', 'eu-private', 'us-docs', '$web'])
      backup.addContainer(parseContainerName(name));
    const listed: string[] = [];
    for await (const page of mapContainers(backup, scope).listContainers()) listed.push(...page);
    expect(listed).toEqual(['docs', 'photos']);
  });

  it('refuses a container that has no name there, whatever is asked of it', async () => {
    const calls: string[] = [];
    const backup = createMemoryAccount('backupaccount', async (call, _key, effect) => {
      await Promise.resolve();
      calls.push(call);
      return effect();
    });
    const [seen, key] = [mapContainers(backup, scope), parseKey('$web', 'index.html')];
    for (const ask of [
      () => seen.read(key),
      () => seen.readTags(key),
      () => seen.readContainer(key.container),
      () => seen.setTier(key, 'Cool'),
      () => seen.setTags(key, {}),
      () => seen.createContainer(key.container, {}),
      () => Array.fromAsync(seen.listBlobs(key.container)),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'container-not-mappable', disposition: 'park' });
    }
    expect(calls).toEqual([]);
  });
});

it('two sources share one backup account, and neither touches what the other keeps there', async () => {
  const key = parseKey('photos', 'cat.jpg');
  const sources = { eu: createMemoryAccount('euaccount'), us: createMemoryAccount('usaccount') };
  // The store in memory copies from one source only, so the account is accessed through one store per source.
  const shared = createMemoryAccount('backupaccount', undefined, sources.eu);
  const mirrors = Object.entries(sources).map(([region, source]) => {
    const names = { prefix: `${region}-`, map: new Map() };
    const regional = createScope(source.account, { names });
    const backup = mapContainers(shared, regional);
    return async () => {
      const sides = { source, backup, policy: FLAT.policy };
      const looked: string[] = [];
      const prefix = { container: key.container, path: '' };
      await walkPrefix(
        { ...FLAT, source, backup, scope: regional },
        {
          prefix,
          from: undefined,
          converge: async (each) => {
            looked.push(each.path);
            return await converge(sides, each);
          },
        },
      );
      return looked;
    };
  });
  sources.eu.addContainer(key.container);
  sources.eu.put(key, { content: 'eu' });
  await mirrors[0]?.();
  expect(shared.peek(parseKey('eu-photos', 'cat.jpg'))?.content).toBe('eu');

  const before = shared.peek(parseKey('eu-photos', 'cat.jpg'))?.etag;
  sources.us.addContainer(key.container);
  expect(await mirrors[1]?.()).toEqual([]);
  expect(shared.peek(parseKey('eu-photos', 'cat.jpg'))?.etag).toBe(before);
});
