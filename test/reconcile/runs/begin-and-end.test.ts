import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/api/run.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import { createScope } from '../../../src/model/scope.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { planRun } from '../../../src/reconcile/runs/plan-run.ts';
import type { ReconcilerParts } from '../../../src/reconcile/runs/reconciler-context.ts';
import { type SliceOutcome, recordSlice } from '../../../src/reconcile/runs/record-slice.ts';
import { outcomeName } from '../../../src/reconcile/runs/run-document.ts';
import { createRunStore } from '../../../src/reconcile/runs/run-store.ts';
import { createMemoryAccount } from '../../memory/memory-account.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import { aRun } from '../../support/a-run.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { toEntries } from './support/model-listing.ts';
import { REQUEST, ReconcileBench } from './support/reconcile-bench.ts';

describe('a run', () => {
  /** A plan whose listings of containers take a minute. */
  async function plan(request: Partial<typeof REQUEST & { prefix: string }> = {}): Promise<Run> {
    const time = { now: Date.parse('2026-11-25T13:00:00Z') };
    const account = (name: string) => {
      const made = createMemoryAccount(name);
      made.addContainer(parseContainerName('photos'));
      return {
        ...made,
        listContainers: async function* () {
          time.now += 60_000;
          yield* made.listContainers();
        },
      };
    };
    const own = (): number => time.now;
    const parts = {
      source: account('sourceaccount'),
      backup: account('backupaccount'),
      scope: createScope('sourceaccount'),
      mirror: 'm',
      now: () => new Date(time.now),
      serviceClock: {
        now: () => new Date(own()),
        begin: () => ({ own: own(), steady: 0, proven: own() }),
        assess: (beginning: { own: number }) => ({ state: 'right', latest: new Date(beginning.own) }),
      },
    } as unknown as ReconcilerParts;
    return (await planRun(parts, { ...REQUEST, ...request })).run;
  }

  it('proves up to the moment before it asked anything', async () => {
    expect(await plan()).toMatchObject({
      startedAt: '2026-11-25T13:00:00.000Z',
      provesUpTo: '2026-11-25T13:00:00.000Z',
    });
  });

  it('compares the root of a container unless it is of a prefix', async () => {
    expect((await plan()).shards['c0']?.plan).toEqual({ root: true });
    expect((await plan({ prefix: 'a/' })).shards['c0']?.plan).toEqual({ prefix: 'a/' });
  });
});

describe('a slice that fails again and again', () => {
  it('ends its shard after eight tries, and duplicates of a try count once', async () => {
    const bench = new ReconcileBench({
      compareSlice: async () =>
        await Promise.reject(new BlobmirrorError('storage-unavailable', 'it is down')),
    });
    bench.add('photos', { entries: toEntries(['same']) });
    const { id } = await bench.start();
    const message = { run: id, shard: 'c0', slice: 0, attempt: 0 };
    for (let i = 0; i < 3; i++) await bench.reconciler.handleShard(message);
    expect((await bench.read(id)).shards['c0']).toMatchObject({ tries: 1 });
    for (let attempt = 1; attempt < 7; attempt++) {
      await bench.reconciler.handleShard({ ...message, attempt });
      expect((await bench.read(id)).shards['c0']).toMatchObject({ tries: attempt + 1, isDone: false });
    }
    await bench.reconciler.handleShard({ ...message, attempt: 7 });
    expect(await bench.read(id)).toMatchObject({
      state: 'done',
      shards: { c0: { isDone: true, failed: 'storage-unavailable' } },
      alerts: [{ code: 'shard-failed' }],
    });
  });
});

it('a listing that goes on for twenty slices without an entry ends its shard, and one entry begins the count anew', () => {
  const name = (slice: number) => ({ run: aRun().id, shard: 'c0', slice });
  const progress = { container: 'photos', phase: 'compare' as const, slices: 0, isDone: false };
  const next = {
    ...name(0),
    phase: 'compare' as const,
    container: parseContainerName('photos'),
    prefix: '',
  };
  const outcome = (entries: number): SliceOutcome => ({
    counts: NO_COUNTS,
    sample: [],
    listed: { source: entries, backup: 0 },
    extras: 0,
    mirroredExtras: 0,
    extraCount: 0,
    follow: [next],
  });
  let run = aRun({ shards: { c0: progress } });
  for (let slice = 0; slice < 30; slice++) {
    expect(run.shards['c0']?.failed).toBeUndefined();
    run = recordSlice(run, name(slice), outcome(slice === 9 ? 1 : 0), new Date()) ?? run;
  }
  expect(run.shards['c0']).toMatchObject({ isDone: true, failed: 'answer-not-of-service' });
});

describe('the documents of runs', () => {
  const NOW = new Date('2026-11-30T12:00:00Z');
  const id = (day: number): RunId => `2026-10-${String(day).padStart(2, '0')}T12-00-00Z-4f2a` as RunId;
  const FUTURE = '2027-01-01T12-00-00Z-4f2a' as RunId;

  async function store(ids: readonly RunId[]) {
    const memory = new MemoryDocuments();
    const removed: string[] = [];
    const through = memory.through(immediately);
    const documents = {
      ...through,
      remove: async (name: string) => {
        removed.push(name);
        await through.remove(name);
      },
    };
    const runs = createRunStore(documents, createSilentLogger(), 'm', () => NOW);
    for (const each of ids) await runs.create(aRun({ id: each, state: 'done', mirror: 'other' }));
    return { runs, removed, documents };
  }

  it('are told once where they are damaged, and are never changed', async () => {
    const { documents } = await store([id(1)]);
    const log = createSilentLogger();
    const runs = createRunStore(documents, log, 'm', () => NOW);
    const { version } = (await documents.read(`reconcile/runs/${id(1)}`)) ?? { version: '' };
    await documents.write(`reconcile/runs/${id(1)}`, 'damaged', { version });
    for (let i = 0; i < 3; i++) expect(await runs.read(id(1))).toMatchObject({ state: 'damaged' });
    expect(log.lines.map(({ message }) => message)).toEqual(['the document of a full sync cannot be read']);
    expect(await runs.change(id(1), () => aRun({ id: id(1) }))).toMatchObject({
      run: { state: 'damaged' },
      isChanged: false,
    });
    expect((await documents.read(`reconcile/runs/${id(1)}`))?.value).toBe('damaged');
  });

  it('are listed from the newest on, and those of a clock that was ahead come last', async () => {
    const { runs } = await store([id(1), FUTURE, id(3), id(2)]);
    expect(await runs.ids()).toEqual([id(3), id(2), id(1), FUTURE]);
  });

  it('go after the documents of their slices, so that a removal that was cut off is taken up again', async () => {
    const ids = Array.from({ length: 31 }, (_, i) => id(i + 1));
    const more = Array.from({ length: 20 }, (_, i) => `2026-09-${i + 10}T12-00-00Z-4f2a` as RunId);
    const { runs, removed, documents } = await store([...ids, ...more]);
    const [oldest = FUTURE] = more;
    await documents.write(outcomeName({ run: oldest, shard: 'c0', slice: 0 }), {}, { nothingThere: true });
    await runs.removeOld();
    expect(removed.at(-1)).toBe(`reconcile/runs/${oldest}`);
    expect(removed).toHaveLength(2);
  });
});
