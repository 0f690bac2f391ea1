import { describe, expect, it } from 'vitest';
import { createDocument } from '../../../src/documents/change-document.ts';
import type { BlobPath } from '../../../src/model/key.ts';
import { createScope } from '../../../src/model/scope.ts';
import { NO_COUNTS, addCounts } from '../../../src/reconcile/counts.ts';
import { OUTCOME_DOCUMENT } from '../../../src/reconcile/runs/record-slice.ts';
import { outcomeName } from '../../../src/reconcile/runs/run-document.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { toEntries } from './support/model-listing.ts';
import { ReconcileBench } from './support/reconcile-bench.ts';

/** A run whose slices work until they are told to stop, and then throw or return what they have. */
function endless(end: 'throws' | 'returns') {
  const clock = new VirtualClock();
  const state = { begun: 0, stopped: 0, handled: 0 };
  const bench = new ReconcileBench({
    clock,
    compareSlice: async (shard, { signal, report }) => {
      state.begun++;
      await report({ container: shard.container, path: 'a', verdict: 'copied' });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      state.stopped++;
      if (end === 'throws') throw new Error('told to stop');
      return {
        counts: addCounts(NO_COUNTS, { nominated: 1 }),
        sample: [],
        listed: { source: 1, backup: 1 },
        extras: 0,
        mirroredExtras: 0,
        next: shard,
      };
    },
  });
  bench.add('photos', { entries: toEntries(['same']) });
  return { bench, clock, state };
}

describe.each(['throws', 'returns'] as const)('a slice that %s when it is told to stop', (end) => {
  it('is told so within seconds of the end of its run, and does not count', async () => {
    const { bench, clock, state } = endless(end);
    const { id } = await bench.start();
    void bench.handleOne().then(() => state.handled++);
    await clock.runUntil(() => clock.now() >= 60_000);
    expect(state).toEqual({ begun: 1, stopped: 0, handled: 0 });

    await bench.reconciler.cancel(id);
    const cancelledAt = clock.now();
    await clock.runUntil(() => state.handled > 0);
    expect(clock.now() - cancelledAt).toBeLessThanOrEqual(5_000);
    expect(state).toEqual({ begun: 1, stopped: 1, handled: 1 });
    expect(bench.queue.ready.size + bench.queue.scheduled.size + bench.queue.locks.size).toBe(0);
    expect(await bench.read(id)).toMatchObject({ state: 'cancelled', counts: { nominated: 0 } });
    expect(bench.log.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });
});

it('a slice is told to stop when its container is walked anew, and then nothing that it saw counts', async () => {
  const clock = new VirtualClock();
  const paths = { include: ['a/', 'b/'].map((path) => ({ containers: '*', path })), exclude: [] };
  const seen = (inStep: number) => ({
    counts: addCounts(NO_COUNTS, { inStep }),
    sample: [],
    listed: { source: inStep, backup: inStep },
    extras: 0,
    mirroredExtras: 0,
  });
  const bench = new ReconcileBench({
    clock,
    scope: createScope('sourceaccount', { paths }),
    compareSlice: async (shard, { signal }) => {
      if (shard.unordered === true) return seen(3);
      if (shard.prefix === 'b/') return { ...seen(10), isUnordered: true };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ...seen(100), next: shard };
    },
  });
  bench.add('photos', { entries: [] });
  const { id } = await bench.start();
  let isStopped = false;
  void bench.handleOne().then(() => (isStopped = true));
  await bench.handleOne();
  await clock.runUntil(() => isStopped);
  await bench.drain();

  const run = await bench.read(id);
  expect(run).toMatchObject({
    state: 'done',
    counts: { inStep: 6 },
    alerts: [{ code: 'listing-unordered' }],
  });
  expect(run.containers).toMatchObject({ photos: { source: 6, backup: 6, inStep: 6, unordered: true } });
  expect(Object.keys(run.shards)).toEqual(['c0', 'c1', 'c1-u0', 'c1-u1']);
});

it('a walk of a slice that another worker finished first leaves none of its lines', async () => {
  const outcome = {
    counts: NO_COUNTS,
    sample: [],
    listed: { source: 1, backup: 1 },
    extras: 0,
    mirroredExtras: 0,
  };
  const calls: string[] = [];
  const stored = new MemoryDocuments();
  const documents = stored.through(async (call, _key, effect) => {
    calls.push(call);
    return await Promise.resolve(effect());
  });
  const bench = new ReconcileBench({
    documents,
    compareSlice: async ({ container, run, shard, slice }, { report, extra, foreign }) => {
      await report({ container, path: 'a', verdict: 'copied' });
      await extra('b' as BlobPath);
      await foreign({ path: 'c' as BlobPath, reason: 'backup-foreign' });
      const winner = { ...outcome, follow: [], extraCount: 0 };
      await createDocument(documents, OUTCOME_DOCUMENT, outcomeName({ run, shard, slice }), winner);
      return outcome;
    },
  });
  bench.add('photos', { entries: toEntries(['same']) });
  await bench.start();
  await bench.handleOne();
  expect(calls.filter((call) => call === 'documents.close')).toHaveLength(3);
  expect([...stored.stored.keys()].filter((name) => /report|extras|foreign/.test(name))).toEqual([]);
});
