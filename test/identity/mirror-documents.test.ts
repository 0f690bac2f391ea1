import { beforeEach, describe, expect, it } from 'vitest';
import { deferDocuments, mirrorDocuments } from '../../src/identity/mirror-documents.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import type { RunId } from '../../src/model/run-id.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';
import { RUNS, dataPrefix, linesName, outcomeName, runName } from '../../src/reconcile/runs/run-document.ts';
import type { Shard } from '../../src/reconcile/shard.ts';
import { describeDocuments } from '../contract/documents.contract.ts';

describeDocuments('that are those of one mirror among several', async () => {
  const store = new MemoryDocuments().through(immediately);
  await write(store, 'mirrors/b/docs/0', 'of another');
  const own = mirrorDocuments(store, {
    prefix: 'mirrors/a/',
    former: { '2026-11-25T13-09-31Z-4f2a': 'own' },
  });
  return {
    documents: deferDocuments(async () => await Promise.resolve(own)),
    stop: async () => await Promise.resolve(),
  };
});

async function write(store: DocumentStore, name: string, value: unknown): Promise<void> {
  expect(await store.write(name, value, { nothingThere: true })).toBe('written');
}

async function list(store: DocumentStore, prefix: string): Promise<readonly string[]> {
  return (await Array.fromAsync(store.list(prefix))).flat();
}

describe('the documents of two mirrors in one store', () => {
  let store: DocumentStore;
  let memory: MemoryDocuments;

  beforeEach(() => {
    memory = new MemoryDocuments();
    store = memory.through(immediately);
  });

  it('are each its own, whatever is asked of them', async () => {
    const [one, other] = ['mirrors/a/', 'mirrors/b/'].map((prefix) =>
      mirrorDocuments(store, { prefix, former: {} }),
    );
    if (one === undefined || other === undefined) throw new Error('there are two');
    await write(one, 'control/pause', { paused: true });
    await write(other, 'reconcile/runs/x', {});
    const lines = one.openLines('lines');
    await lines.write('a');
    await lines.close();
    expect(await other.read('control/pause')).toBeUndefined();
    expect(await list(one, '')).toEqual(['control/pause', 'lines']);
    expect(await list(other, '')).toEqual(['reconcile/runs/x']);
    expect(await Array.fromAsync(other.readLines('lines'))).toEqual([]);
    await other.remove('control/pause');
    expect(await one.read('control/pause')).toMatchObject({ value: { paused: true } });
    expect([...memory.stored.keys()].every((name) => /^mirrors\/[ab]\//.test(name))).toBe(true);
  });
});

describe('a run that the release before began', () => {
  const [ours, shared, others] = ['0001', '0002', '0003'].map(
    (end) => `2026-11-25T13-09-31Z-${end}` as RunId,
  ) as [RunId, RunId, RunId];
  const shard: Shard = {
    run: ours,
    shard: 'c0',
    slice: 0,
    phase: 'compare',
    container: 'photos' as Shard['container'],
    prefix: '',
  };

  function open(): { store: DocumentStore; own: DocumentStore } {
    const store = new MemoryDocuments().through(immediately);
    return {
      store,
      own: mirrorDocuments(store, { prefix: 'mirrors/a/', former: { [ours]: 'own', [shared]: 'shared' } }),
    };
  }

  it('is read and brought to its end where a worker of that release finds it', async () => {
    const { store, own } = open();
    for (const id of [ours, shared, others]) await write(store, runName(id), { id });
    const [run] = [await own.read(runName(ours))];
    expect(await own.write(runName(ours), { id: ours, more: 1 }, run ?? { nothingThere: true })).toBe(
      'written',
    );
    await write(own, outcomeName(shard), { counts: {} });
    const lines = own.openLines(linesName(shard, 'walk', 'report'));
    await lines.write('{}');
    await lines.close();
    expect(await store.read(runName(ours))).toMatchObject({ value: { more: 1 } });
    expect(await list(store, dataPrefix(ours))).toEqual(await list(own, dataPrefix(ours)));
    expect(await list(own, dataPrefix(ours))).toHaveLength(2);
    expect(await own.read(runName(others))).toBeUndefined();
  });

  it('is listed among the runs of this mirror, in their order', async () => {
    const { store, own } = open();
    const newer = '2026-11-26T13-09-31Z-0000' as RunId;
    for (const id of [ours, shared, others]) await write(store, runName(id), { id });
    await write(own, runName(newer), {});
    expect(await list(own, RUNS)).toEqual([ours, shared, newer].map(runName));
  });

  it('is removed with the old ones; one of which nobody can tell whose it was is passed over, and stays', async () => {
    const { store, own } = open();
    for (const id of [ours, shared]) {
      await write(store, runName(id), { id });
      await write(store, outcomeName({ ...shard, run: id }), {});
      await own.remove(outcomeName({ ...shard, run: id }));
      await own.remove(runName(id));
    }
    expect(await list(store, '')).toEqual(
      [runName(shared), outcomeName({ ...shard, run: shared })].toSorted(),
    );
    for (let i = 0; i < 50; i++) await write(own, runName(`2026-11-26T13-09-${10 + i}Z-0000` as RunId), {});
    expect(await list(own, RUNS)).toHaveLength(50);
    expect(await list(own, RUNS)).not.toContain(runName(shared));
  });
});
