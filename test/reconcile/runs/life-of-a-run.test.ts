import { describe, expect, it } from 'vitest';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { createMemoryShardQueue } from '../../memory/memory-queue.ts';
import { immediately } from '../../memory/schedule.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { isProof } from '../../../src/api/proof.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import { createScope } from '../../../src/model/scope.ts';
import { toEntries } from './support/model-listing.ts';
import { ReconcileBench, REQUEST } from './support/reconcile-bench.ts';

const MINUTE_MS = 60_000;

function later(bench: ReconcileBench, ms: number): void {
  bench.now = new Date(bench.now.getTime() + ms);
}

async function claimedByTheDead(
  isTimed = false,
): Promise<{ readonly bench: ReconcileBench; readonly claimed: RunId }> {
  const stored = new MemoryDocuments(isTimed ? () => bench.now : undefined);
  const documents = stored.through(immediately);
  const bench: ReconcileBench = new ReconcileBench({ documents });
  bench.add('photos', { entries: [] });
  const claimed = '2026-11-25T13-00-00Z-0000' as RunId;
  const claim = { run: claimed, claimedAt: bench.now.toISOString() };
  await documents.write('reconcile/current', claim, { nothingThere: true });
  return { bench, claimed };
}

async function overwrite(bench: ReconcileBench, name: string, value: unknown): Promise<void> {
  const documents = bench.documents.through(immediately);
  await documents.write(name, value, (await documents.read(name)) ?? { nothingThere: true });
}

describe('a run', () => {
  it('has a shard for each container that either side has in the scope', async () => {
    const scope = createScope('sourceaccount', { containers: { include: [], exclude: ['tmp*'] } });
    const bench = new ReconcileBench({ scope });
    bench.add('photos', { entries: [] });
    bench.add('tmp-1', { entries: [] });
    bench.backup.addContainer(parseContainerName('gone'));
    const { shards, id } = await bench.start();
    expect(shards).toEqual({
      c0: { container: 'gone', phase: 'compare', slices: 0, isDone: false, plan: { root: true } },
      c1: { container: 'photos', phase: 'compare', slices: 0, isDone: false, plan: { root: true } },
    });
    expect([...bench.queue.ready].map(({ messageId }) => messageId)).toEqual([
      `${id}.c0.0.0`,
      `${id}.c1.0.0`,
    ]);
  });

  it('has a shard for each prefix that the settings name', async () => {
    const paths = { include: ['a/', 'b/'].map((path) => ({ containers: '*', path })), exclude: [] };
    const bench = new ReconcileBench({ scope: createScope('sourceaccount', { paths }) });
    bench.add('photos', { entries: [] });
    const { shards } = await bench.start({ prefix: '' });
    expect(Object.values(shards).map(({ plan }) => plan)).toEqual([
      { prefix: 'a/', root: true },
      { prefix: 'b/' },
    ]);
  });

  it.each(['container', 'allowDeletes', 'deleteForeign'] as const)(
    'does not begin where a container in %s exists in neither account, or is not mirrored',
    async (field) => {
      const bench = new ReconcileBench({
        scope: createScope('sourceaccount', { containers: { include: [], exclude: ['tmp*'] } }),
      });
      for (const name of ['photos', 'tmp-1']) bench.add(name, { entries: [] });
      const naming = (name: string) => {
        const container = parseContainerName(name);
        return { [field]: field === 'container' ? container : [container] };
      };
      const refused = (message: string) => ({ code: 'request-invalid', message });
      await expect(bench.start(naming('phtos'))).rejects.toMatchObject(
        refused('the container phtos does not exist in either account; did you mean photos?'),
      );
      await expect(bench.start(naming('unlike'))).rejects.toMatchObject(
        refused('the container unlike does not exist in either account'),
      );
      await expect(bench.start(naming('tmp-1'))).rejects.toMatchObject(
        refused('the container tmp-1 is not mirrored by the settings'),
      );
      await expect(bench.start(naming('photos'))).resolves.toMatchObject({ state: 'comparing' });
    },
  );

  it('is of one container, or of one prefix, when that is asked for', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: [] });
    bench.add('videos', { entries: [] });
    const { shards } = await bench.start({ container: parseContainerName('videos'), prefix: 'a/' });
    expect(Object.values(shards)).toMatchObject([{ container: 'videos', plan: { prefix: 'a/' } }]);
  });

  it.each([
    [
      { container: parseContainerName('elsewhere') },
      'the container elsewhere does not exist in either account',
    ],
    [{ container: parseContainerName('tmp') }, 'the container tmp is not mirrored by the settings'],
    [{ prefix: 'b/' }, 'nothing below the prefix "b/" is mirrored by the settings'],
  ])('does not begin for what there is nothing of: %j', async (request, message) => {
    const scope = createScope('sourceaccount', {
      containers: { include: [], exclude: ['tmp'] },
      paths: { include: [{ containers: '*', path: 'a/' }], exclude: [] },
    });
    const bench = new ReconcileBench({ scope });
    bench.add('photos', { entries: [] });
    bench.add('tmp', { entries: [] });
    const start = bench.reconciler.start({ ...REQUEST, ...request });
    await expect(start).rejects.toMatchObject({ code: 'request-invalid', message });
    expect(await bench.reconciler.list()).toEqual([]);
  });

  it('proves nothing for anybody when a worker of other settings had a part in it', async () => {
    const bench = new ReconcileBench({ mirror: 'wide' });
    const beside = {
      mirror: 'narrow',
      documents: bench.documents.through(immediately),
      queue: createMemoryShardQueue(bench.queue, immediately),
    };
    const other = new ReconcileBench(beside);
    for (const name of ['photos', 'videos']) bench.add(name, { entries: toEntries(['changed']) });
    const { id, mirror } = await bench.start();
    expect(mirror).toBe('wide');
    const [first] = bench.queue.ready;
    if (first === undefined) throw new Error('there is no shard');
    const lock = bench.queue.receive(first);
    await other.reconciler.handleShard(first.body);
    bench.queue.complete(lock);
    await bench.drain();
    const run = await bench.read(id);
    expect(run.state).toBe('done');
    expect([isProof(run, 'wide'), isProof(run, 'narrow')]).toEqual([false, false]);
  });

  it('proves what it saw when all who worked on it had its settings', async () => {
    const bench = new ReconcileBench({ mirror: 'wide' });
    bench.add('photos', { entries: toEntries(['changed']) });
    expect(isProof(await bench.run(), 'wide')).toBe(true);
  });

  it('ends at once where there is nothing to compare', async () => {
    expect(await new ReconcileBench().start()).toMatchObject({ state: 'done', shards: {} });
  });

  it('goes on without a container that has no name on the backup', async () => {
    const names = { prefix: 'copy-', map: new Map() };
    const bench = new ReconcileBench({ scope: createScope('sourceaccount', { names }) });
    bench.add('$web', { entries: toEntries(['changed']) });
    bench.add('photos', { entries: toEntries(['changed']) });
    const run = await bench.run();
    expect(run).toMatchObject({ state: 'done', counts: { failed: { 'container-not-mappable': 1 } } });
    const line = {
      container: '$web',
      path: '',
      verdict: 'failed',
      code: 'container-not-mappable',
      detail: 'the container $web has no name on the backup: copy-$web is no container name',
    };
    expect(run.samples.failed).toEqual([line]);
    expect(await bench.report(run.id)).toEqual([line, expect.objectContaining({ verdict: 'copied' })]);
  });

  it('is one at a time', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same']) });
    const starts = await Promise.all([1, 2, 3].map(async () => await bench.reconciler.start(REQUEST)));
    const begun = starts.flatMap((start) => ('started' in start ? [start.started.id] : []));
    expect(begun).toHaveLength(1);
    expect(starts.flatMap((start) => ('running' in start ? [start.running] : []))).toEqual([
      begun[0],
      begun[0],
    ]);
    expect(bench.queue.ready.size).toBe(1);
    await bench.drain();
    expect('started' in (await bench.reconciler.start(REQUEST))).toBe(true);
  });

  it('is taken over when nothing was heard of it for a quarter of an hour, and not before', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['changed']) });
    const old = await bench.start();
    later(bench, 15 * MINUTE_MS - 1);
    expect(await bench.reconciler.start(REQUEST)).toEqual({ running: old.id });
    later(bench, 1);
    const { id } = await bench.start();
    expect(await bench.read(old.id)).toMatchObject({
      state: 'cancelled',
      alerts: [{ code: 'run-abandoned' }],
    });
    await bench.drain();
    expect((await bench.read(old.id)).counts.byVerdict).toEqual({});
    expect((await bench.read(id)).counts.byVerdict).toEqual({ copied: 1 });
  });

  it('makes room within a minute where whoever claimed the place died before it was written down', async () => {
    const { bench, claimed } = await claimedByTheDead();
    later(bench, MINUTE_MS - 1);
    expect(await bench.reconciler.start(REQUEST)).toEqual({ running: claimed });
    later(bench, 1);
    await bench.start();
  });

  it.each([false, true])(
    'makes room at once where such a claim is cancelled, whose documents tell when they were written: %s',
    async (isTimed) => {
      const { bench, claimed } = await claimedByTheDead(isTimed);
      expect(await bench.reconciler.start(REQUEST)).toEqual({ running: claimed });
      expect(await bench.reconciler.cancel(claimed)).toBe(true);
      await bench.start();
    },
  );

  it('is found under way where its claim is damaged and a newer one is over', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['changed']) });
    const { id } = await bench.start();
    await overwrite(bench, 'reconcile/current', 'damaged');
    // As a clock that was ahead left it.
    const over = '2026-11-25T13-00-01Z-ffff';
    await overwrite(bench, `reconcile/runs/${over}`, { ...(await bench.read(id)), id: over, state: 'done' });
    expect(await bench.reconciler.start(REQUEST)).toEqual({ running: id });
  });

  it('is left to the workers of a newer release that write its document, until nothing is heard of it', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['changed']) });
    const { id } = await bench.start();
    const newer = { ...(await bench.read(id)), format: 99 };
    await overwrite(bench, `reconcile/runs/${id}`, newer);
    expect(await bench.reconciler.start(REQUEST)).toEqual({ running: id });
    expect(await bench.documents.through(immediately).read(`reconcile/runs/${id}`)).toMatchObject({
      value: newer,
    });
  });

  it('is over when its shards could not be sent, so that the next one need not wait', async () => {
    let isBroken = true;
    const sent: unknown[] = [];
    const bench = new ReconcileBench({
      queue: {
        send: async (shard) => {
          await Promise.resolve();
          if (isBroken) throw new Error('no');
          sent.push(shard);
        },
      },
    });
    bench.add('photos', { entries: [] });
    await expect(bench.reconciler.start(REQUEST)).rejects.toThrow('no');
    isBroken = false;
    await bench.start();
    expect(sent).toHaveLength(1);
    expect((await bench.reconciler.list()).map(({ state }) => state).toSorted()).toEqual([
      'cancelled',
      'comparing',
    ]);
  });

  it('ends when it is cancelled, and its shards are dropped', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['changed', 'extra', 'same']) });
    const { id } = await bench.start();
    expect(await bench.reconciler.cancel(id)).toBe(true);
    expect(await bench.reconciler.cancel(id)).toBe(false);
    await bench.drain();
    expect(await bench.read(id)).toMatchObject({ state: 'cancelled', counts: { nominated: 0 } });
    expect((await bench.read(id)).endedAt).toBe(bench.now.toISOString());
    expect('started' in (await bench.reconciler.start(REQUEST))).toBe(true);
  });

  it('is not there for an id that was never given', async () => {
    const bench = new ReconcileBench();
    for (const id of ['2026-11-25T13-00-00Z-0000', '../current', ''] as RunId[]) {
      expect(await bench.reconciler.read(id)).toBeUndefined();
      expect(await bench.reconciler.cancel(id)).toBe(false);
      expect(await bench.report(id)).toEqual([]);
    }
  });

  it('is listed with those before it, the newest first; fifty are kept, with all that is theirs', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['changed', 'same', 'extra']) });
    const ids: RunId[] = [];
    for (let i = 0; i < 53; i++) {
      later(bench, MINUTE_MS);
      ids.push((await bench.run()).id);
    }
    const kept = ids.slice(3).toReversed();
    expect((await bench.reconciler.list()).map(({ id }) => id)).toEqual(kept);
    const names = [...bench.documents.stored.keys()];
    for (const id of ids.slice(0, 3)) expect(names.filter((name) => name.includes(id))).toEqual([]);
    for (const id of kept) expect(await bench.report(id)).toHaveLength(2);
  });
});
