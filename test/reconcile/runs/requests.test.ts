import { expect, it } from 'vitest';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import { createModelSlice, toEntries } from './support/model-listing.ts';
import { ReconcileBench } from './support/reconcile-bench.ts';

it('a slice asks the state five times, and once more where it goes on from one before it', async () => {
  const calls: string[] = [];
  const documents = new MemoryDocuments().through(async (call, key, effect) => {
    calls.push(call);
    return await immediately(call, key, effect);
  });
  const bench: ReconcileBench = new ReconcileBench({
    documents,
    compareSlice: async (shard, context) =>
      await createModelSlice(bench.model, {
        perSlice: () => 2,
        isSplit: () => false,
        step: async () => await Promise.resolve(),
      })(shard, context),
  });
  bench.add('photos', { entries: toEntries(['same', 'same', 'same', 'same', 'same', 'same']) });
  await bench.start();
  const costs: number[] = [];
  for (let i = 0; i < 2; i++) {
    calls.length = 0;
    await bench.handleOne();
    costs.push(calls.length);
  }
  expect(costs).toEqual([5, 6]);
  // Nothing that may be long is in a message.
  expect(bench.queue.ready).toHaveLength(1);
  for (const { body } of bench.queue.ready) expect(JSON.stringify(body).length).toBeLessThan(150);
});
