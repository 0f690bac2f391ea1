import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Schedule, createMemoryAccount } from '../memory/memory-account.ts';
import { AdaptiveGate } from '../../src/concurrency/adaptive-gate.ts';
import { throttleBackup, throttleReader } from '../../src/ports/account-decorators.ts';
import { describePorts } from '../contract/ports.contract.ts';
import { isBlob } from '../../src/model/reading.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryStores } from '../support/memory-stores.ts';

describePorts('in memory behind gates', async () => {
  const stores = await createMemoryStores();
  const gates = {
    source: new AdaptiveGate({ account: 'sourceaccount' }),
    backup: new AdaptiveGate({ account: 'backupaccount' }),
  };
  return {
    ...stores,
    source: throttleReader(stores.source, gates.source),
    backup: throttleBackup(stores.backup, gates),
  };
});

describe('the ports behind gates', () => {
  it('take room at both gates for a copy, and at one for all else', async () => {
    const busy: [string, number, number][] = [];
    const underWay = { source: 0, backup: 0 };
    const counting = (side: 'source' | 'backup') => {
      const gate = new AdaptiveGate({ account: `${side}account` });
      const run = gate.run.bind(gate);
      gate.run = async (request) =>
        await run(async () => {
          underWay[side]++;
          return await request().finally(() => underWay[side]--);
        });
      return gate;
    };
    const schedule: Schedule = async (call, _key, effect) => {
      await Promise.resolve();
      busy.push([call, underWay.source, underWay.backup]);
      return effect();
    };
    const source = createMemoryAccount('sourceaccount', schedule);
    const backup = createMemoryAccount('backupaccount', schedule, source);
    source.addContainer(KEY.container);
    backup.addContainer(KEY.container);
    source.put(KEY, { content: 'v1' });
    const gates = { source: counting('source'), backup: counting('backup') };
    const reader = throttleReader(source, gates.source);
    const store = throttleBackup(backup, gates);

    const found = await reader.read(KEY);
    if (!isBlob(found)) throw new Error('it is there');
    await Array.fromAsync(reader.listBlobs(KEY.container));
    await store.copy({
      key: KEY,
      source: found,
      metadata: {},
      condition: { nothingThere: true },
      tier: undefined,
      tags: {},
    });
    await store.read(KEY);
    expect(busy).toEqual([
      ['sourceaccount.read', 1, 0],
      ['sourceaccount.listBlobs', 1, 0],
      ['backupaccount.copy-read', 1, 1],
      ['backupaccount.copy', 1, 1],
      ['backupaccount.read', 0, 1],
    ]);
    expect(underWay).toEqual({ source: 0, backup: 0 });
  });

  it('keep room for other requests while many comparisons wait', async () => {
    const source = createMemoryAccount('sourceaccount');
    const backup = createMemoryAccount('backupaccount', undefined, source);
    for (const account of [source, backup]) {
      account.addContainer(KEY.container);
      account.put(KEY, { content: 'x' });
    }
    const gates = {
      source: new AdaptiveGate({ account: 'sourceaccount' }),
      backup: new AdaptiveGate({ account: 'backupaccount' }),
    };
    const { promise: end, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    const store = throttleBackup(
      {
        ...backup,
        compareContent: async () => {
          begun++;
          await end;
          return { kind: 'same' };
        },
      },
      gates,
    );
    const found = await store.read(KEY);
    if (!isBlob(found)) throw new Error('it is there');
    const request = { key: KEY, source: found, backup: found };
    const comparing = Array.from({ length: 200 }, async () => await store.compareContent(request));
    await nextTurn();
    expect(await store.read(KEY)).toMatchObject({ etag: found.etag });
    expect(begun).toBe(4);
    resolve();
    await Promise.all(comparing);
    expect(begun).toBe(200);
  });
});
