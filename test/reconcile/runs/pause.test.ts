import { expect, it } from 'vitest';
import type { SliceResult } from '../../../src/reconcile/shard.ts';
import { NO_COUNTS, addCounts } from '../../../src/reconcile/counts.ts';
import { ScriptedPause } from '../../support/scripted-pause.ts';
import { toEntries } from './support/model-listing.ts';
import { ReconcileBench, REQUEST } from './support/reconcile-bench.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function later(bench: ReconcileBench, ms: number): void {
  bench.now = new Date(bench.now.getTime() + ms);
}

it('a run that begins while mirroring is paused waits, for days, and goes on to its end afterwards', async () => {
  const pause = new ScriptedPause();
  const bench = new ReconcileBench({ pause });
  bench.add('photos', { entries: toEntries(['same', 'extra']) });
  pause.begin();
  const { id } = await bench.start();
  for (let i = 0; i < 1000; i++) await bench.handleOne();
  expect(await bench.read(id)).toMatchObject({ state: 'comparing', counts: { inStep: 0 } });
  pause.end();
  await bench.drain();
  expect(await bench.read(id)).toMatchObject({ state: 'done', counts: { inStep: 1 }, alerts: [] });
  expect(bench.queue.dead).toEqual([]);
});

it('a slice in flight is told to stop by a pause; what it did counts, and the rest waits', async () => {
  const pause = new ScriptedPause();
  let begun = 0;
  const result: SliceResult = {
    counts: addCounts(NO_COUNTS, { nominated: 1 }),
    sample: [],
    listed: { source: 1, backup: 1 },
    extras: 0,
    mirroredExtras: 0,
  };
  const bench = new ReconcileBench({
    pause,
    compareSlice: async (shard, { signal }) => {
      if (++begun > 1) return result;
      const told = new Promise((resolve) => signal.addEventListener('abort', resolve));
      setImmediate(() => pause.begin());
      await told;
      return { ...result, next: shard };
    },
  });
  bench.add('photos', { entries: toEntries(['same']) });
  const { id } = await bench.start();
  await bench.handleOne();
  expect(await bench.read(id)).toMatchObject({ state: 'comparing', counts: { nominated: 1 } });
  for (let i = 0; i < 10; i++) await bench.handleOne();
  expect(begun).toBe(1);
  pause.end();
  await bench.drain();
  expect(await bench.read(id)).toMatchObject({ state: 'done', counts: { nominated: 2 }, alerts: [] });
});

it('a run is not taken for abandoned because mirroring was paused', async () => {
  const pause = new ScriptedPause();
  const bench = new ReconcileBench({ pause });
  bench.add('photos', { entries: toEntries(['same']) });
  const { id } = await bench.start();
  later(bench, 2 * DAY);
  pause.pausedMs = 2 * DAY - 10 * MINUTE;
  expect(await bench.reconciler.start(REQUEST)).toEqual({ running: id });
  later(bench, 10 * MINUTE);
  expect(await bench.reconciler.start(REQUEST)).toMatchObject({ started: { state: 'comparing' } });
});
