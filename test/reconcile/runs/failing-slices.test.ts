import { describe, expect, it } from 'vitest';
import { isProof } from '../../../src/api/proof.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { BlobmirrorError, type ErrorCode } from '../../../src/model/errors.ts';
import type { CompareSlice } from '../../../src/reconcile/slice.ts';
import { outcomeName } from '../../../src/reconcile/runs/run-document.ts';
import { MemoryQueue, createMemoryShardQueue } from '../../memory/memory-queue.ts';
import { immediately } from '../../memory/schedule.ts';
import { createModelSlice, toEntries } from './support/model-listing.ts';
import { ReconcileBench } from './support/reconcile-bench.ts';

/** A container with something to delete, whose first tries fail with this. */
function failing(times: number, code: ErrorCode | 'a defect', account?: string) {
  let tries = 0;
  const bench = new ReconcileBench({
    compareSlice: async (shard, context) => {
      if (shard.container !== 'photos' || tries++ >= times) return await compare(shard, context);
      if (code === 'a defect') throw new TypeError('undefined is not a function');
      throw new BlobmirrorError(code, 'a read failed', { context: { account, operation: 'read' } });
    },
  });
  bench.add('photos', { entries: toEntries(['changed', 'extra', 'same']) });
  bench.add('videos', { entries: toEntries(['changed', 'extra', 'same']) });
  const compare = modelSlice(bench);
  return bench;
}

function modelSlice({ model }: ReconcileBench): CompareSlice {
  return createModelSlice(model, {
    perSlice: () => 50,
    isSplit: () => false,
    step: async () => await Promise.resolve(),
  });
}

it('a listing that goes on without an entry comes to an end, and proves nothing', async () => {
  let isEndless = true;
  const bench: ReconcileBench = new ReconcileBench({
    compareSlice: async (shard, context) => {
      const outcome = await modelSlice(bench)(shard, context);
      if (shard.container !== 'photos' || !isEndless) return outcome;
      return { ...outcome, counts: NO_COUNTS, sample: [], listed: { source: 0, backup: 0 }, next: shard };
    },
  });
  bench.add('photos', { entries: toEntries(['same']) });
  bench.add('videos', { entries: toEntries(['same']) });
  const run = await bench.run();
  expect(run).toMatchObject({
    state: 'done',
    shards: { c0: { failed: 'answer-not-of-service', slices: 20 } },
  });
  expect(run.alerts).toMatchObject([{ code: 'shard-failed', container: 'photos' }]);
  expect(isProof(run, run.mirror)).toBe(false);

  isEndless = false;
  const after = await bench.run();
  expect(isProof(after, after.mirror)).toBe(true);
});

describe('a slice that fails', () => {
  it('is tried again after a delay, and nothing of it counts twice', async () => {
    const bench = failing(3, 'storage-unavailable', 'backupaccount');
    const { id } = await bench.start();
    await bench.handleOne();
    const [message] = bench.queue.scheduled;
    expect(message?.body).toMatchObject({ shard: 'c0', slice: 0, attempt: 1 });
    await bench.drain();
    const run = await bench.read(id);
    expect(run).toMatchObject({
      state: 'done',
      alerts: [],
      counts: { byVerdict: { copied: 2, deleted: 2 } },
    });
    const failures = bench.log.lines.filter(({ message: line }) => line === 'a slice of a full sync failed');
    expect(failures.map(({ fields }) => fields['attempt'])).toEqual([0, 1, 2]);
  });

  it.each([
    ['storage-unavailable', 'sourceaccount'],
    ['storage-forbidden', 'sourceaccount'],
    ['a defect', undefined],
  ] as const)(
    'for %s at the source keeps the run from deleting anything, also when a later try goes well',
    async (code, account) => {
      const bench = failing(1, code, account);
      const run = await bench.run();
      expect(run).toMatchObject({
        state: 'done',
        sourceListingFailed: true,
        counts: { byVerdict: { copied: 2 } },
      });
      expect(run.alerts.map((alert) => alert.code)).toEqual(['source-listing-failed']);
      expect(run.containers).toMatchObject({
        photos: { stopped: 'source-listing-failed' },
        videos: { stopped: 'source-listing-failed' },
      });
      expect(bench.looks).toEqual([]);
    },
  );

  it.each([
    ['storage-unavailable', 8],
    ['storage-rejected', 1],
  ] as const)('for %s is given up after %i tries: the run ends, and deletes nothing', async (code, tries) => {
    const bench = failing(Infinity, code, 'backupaccount');
    const run = await bench.run();
    expect(run.shards['c0']).toMatchObject({ isDone: true, failed: code });
    expect(run).toMatchObject({
      state: 'done',
      counts: { byVerdict: { copied: 1 } },
      alerts: [{ code: 'shard-failed', container: 'photos' }],
      containers: { videos: { stopped: 'shard-failed' } },
    });
    const failures = bench.log.lines.filter(({ message }) => message === 'a slice of a full sync failed');
    expect(failures).toHaveLength(tries);
    expect(bench.looks).toEqual([]);
  });

  it('at the source keeps the run from deleting also when the failure could not be noted at once', async () => {
    const documents = new MemoryDocuments();
    let isDown = false;
    let tries = 0;
    const bench: ReconcileBench = new ReconcileBench({
      documents: documents.through(async (call, _key, effect) => {
        await Promise.resolve();
        if (isDown && call === 'documents.write') throw new BlobmirrorError('storage-unavailable', 'no');
        return effect();
      }),
      compareSlice: async (shard, context) => {
        isDown = tries++ < 2;
        if (isDown)
          throw new BlobmirrorError('storage-throttled', 'no', { context: { account: 'sourceaccount' } });
        return await modelSlice(bench)(shard, context);
      },
    });
    bench.add('photos', { entries: toEntries(['changed', 'extra', 'same']) });
    const run = await bench.run();
    expect(run).toMatchObject({
      state: 'done',
      sourceListingFailed: true,
      counts: { byVerdict: { copied: 1 } },
    });
    expect(bench.looks).toEqual([]);
  });

  it('is given up where its outcome is damaged before what follows it was sent', async () => {
    const [documents, queue] = [new MemoryDocuments(), new MemoryQueue()];
    const shards = createMemoryShardQueue(queue, immediately);
    let isDown = true;
    const bench = new ReconcileBench({
      documents: documents.through(immediately),
      queue: {
        send: async (shard, delayMs) => {
          if (isDown && shard.slice === 1) throw new BlobmirrorError('queue-unavailable', 'no');
          await shards.send(shard, delayMs);
        },
      },
    });
    bench.add('photos', { entries: toEntries(Array.from({ length: 70 }, () => 'same' as const)) });
    const { id } = await bench.start();
    const handle = async (): Promise<void> => {
      for (const message of queue.scheduled) queue.enqueue(message);
      const [message] = queue.ready;
      if (message === undefined) return;
      await bench.reconciler.handleShard(message.body);
      queue.complete(queue.receive(message));
    };
    await handle();
    expect((await bench.read(id)).shards['c0']).toMatchObject({ slices: 1, isDone: false });
    isDown = false;
    const store = documents.through(immediately);
    const name = outcomeName({ run: id, shard: 'c0', slice: 0 });
    await store.write(name, 'damaged', (await store.read(name)) ?? { nothingThere: true });
    for (let i = 0; i < 20; i++) await handle();
    const run = await bench.read(id);
    expect(run.shards['c0']).toMatchObject({ isDone: true, failed: 'document-damaged' });
    expect(run.state).toBe('done');
  });

  it('shows that the run is alive', async () => {
    const bench = failing(Infinity, 'storage-unavailable', 'backupaccount');
    const { id } = await bench.start();
    bench.now = new Date(bench.now.getTime() + 60_000);
    await bench.handleOne();
    expect((await bench.read(id)).updatedAt).toBe(bench.now.toISOString());
  });
});

describe('a message that is no shard', () => {
  it.each([[undefined], ['text'], [{}], [{ run: '../current', shard: 'c0' }]])(
    'is refused as none before anything is done: %j',
    async (body) => {
      const bench = new ReconcileBench();
      await expect(bench.reconciler.handleShard(body)).rejects.toMatchObject({ code: 'message-not-shard' });
      // Whoever parks it says so.
      expect([bench.log.lines, bench.documents.stored.size]).toEqual([[], 0]);
    },
  );
});
