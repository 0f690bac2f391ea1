import { describe, expect, it } from 'vitest';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import { parseContainerName, parseKey } from '../../../src/model/key.ts';
import { createScope } from '../../../src/model/scope.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { immediately } from '../../memory/schedule.ts';
import { toProof } from '../../../src/api/proof.ts';
import type { ContainerProgress, Run } from '../../../src/api/run.ts';
import { type Kind, toEntries } from './support/model-listing.ts';
import { ReconcileBench } from './support/reconcile-bench.ts';

const PHOTOS = parseContainerName('photos');
const repeat = (kind: Kind, times: number): Kind[] => Array.from({ length: times }, () => kind);

describe('what only the backup has', () => {
  it('is looked at by the heart when all is compared, and reported', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same', 'extra', 'changed', 'extra']) });
    const run = await bench.run();
    expect(run.state).toBe('done');
    expect(bench.looks).toEqual(['k00001', 'k00003']);
    expect(run.counts.byVerdict).toEqual({ copied: 1, deleted: 2 });
    expect((await bench.report(run.id)).map(({ path, verdict }) => [path, verdict])).toEqual([
      ['k00002', 'copied'],
      ['k00001', 'deleted'],
      ['k00003', 'deleted'],
    ]);
  });

  it('is left alone where it is too much, with an alert, while other containers go on', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same', ...repeat('extra', 101)]) });
    bench.add('videos', { entries: toEntries(['same', 'extra']) });
    const run = await bench.run();
    expect(run.containers['photos']?.stopped).toBe('too-many-deletes');
    expect(run.containers['videos']?.stopped).toBeUndefined();
    expect(run.alerts).toEqual([expect.objectContaining({ code: 'too-many-deletes', container: 'photos' })]);
    expect(bench.looks).toEqual(['k00001']);
    expect(run.counts.skipped).toEqual({ 'too-many-deletes': 101 });
    expect(run.samples.skipped).toHaveLength(100);
    const skipped = (await bench.report(run.id)).filter(({ reason }) => reason === 'too-many-deletes');
    expect(skipped).toHaveLength(101);
    expect(bench.log.lines.filter(({ message }) => message.includes('alert'))).toHaveLength(1);
  });

  it.each([false, true])(
    'is counted with all that is below a directory, which is one line (dry run: %s)',
    async (dryRun) => {
      const bench = new ReconcileBench({
        compareSlice: async (_, { extra }) => {
          // A dry run writes down none.
          if (!dryRun) await extra(parseKey('photos', 'directory').path);
          return {
            counts: NO_COUNTS,
            sample: [],
            listed: { source: 1, backup: 301 },
            extras: 300,
            mirroredExtras: 300,
          };
        },
      });
      bench.add('photos', { entries: [] });
      const run = await bench.run({ dryRun });
      expect(run.containers['photos']?.extras).toBe(300);
      expect(run.alerts).toMatchObject([{ code: 'too-many-deletes', container: 'photos' }]);
      expect(bench.looks).toEqual([]);
    },
  );

  it('goes, however much it is, where the request names the container', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(repeat('extra', 300)) });
    const run = await bench.run({ allowDeletes: [PHOTOS] });
    expect(run.alerts).toEqual([]);
    expect(bench.looks).toHaveLength(300);
  });

  it('stays where the source is empty', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['extra']) });
    const run = await bench.run();
    expect(run.alerts).toMatchObject([{ code: 'source-container-empty', container: 'photos' }]);
    expect(bench.looks).toEqual([]);
  });

  it('stays where the source has no such container, also when the request names it', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['extra']) });
    bench.source.dropContainer(PHOTOS);
    const run = await bench.run({ allowDeletes: [PHOTOS] });
    expect(run.alerts).toMatchObject([{ code: 'source-container-missing', container: 'photos' }]);
    expect(bench.looks).toEqual([]);
  });

  it('stays without an alert where the source has no such container and nothing of it was mirrored from there', async () => {
    const bench = new ReconcileBench({
      compareSlice: async (_, { extra }) => {
        await extra(parseKey('photos', 'foreign').path);
        return {
          counts: NO_COUNTS,
          sample: [],
          listed: { source: 0, backup: 1 },
          extras: 1,
          mirroredExtras: 0,
        };
      },
    });
    bench.add('photos', { entries: [] });
    bench.source.dropContainer(PHOTOS);
    expect(await bench.run()).toMatchObject({
      alerts: [],
      counts: { skipped: { 'container-not-mirrored': 1 } },
    });
    expect(bench.looks).toEqual([]);
  });

  it('stays where it is foreign, without an alert, and is reported, counted and excepted', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(repeat('foreign', 60)) });
    bench.add('videos', { entries: toEntries(['same', 'same', 'foreign', 'extra']) });
    const run = await bench.run();
    expect(run).toMatchObject({ state: 'done', alerts: [], counts: { skipped: { 'backup-foreign': 61 } } });
    expect(run.containers['photos']).toMatchObject({ extras: 60, foreign: { 'backup-foreign': 60 } });
    expect(bench.looks).toEqual(['k00003']);
    const lines = (await bench.report(run.id)).filter(({ reason }) => reason === 'backup-foreign');
    expect(lines).toHaveLength(61);
    expect(lines[0]).toEqual({
      container: 'photos',
      path: 'k00000',
      verdict: 'skipped',
      reason: 'backup-foreign',
    });
    expect(toProof(run).excepted).toMatchObject({ count: 61, sample: { length: 61 } });
  });

  it('goes where it is foreign by leave, which the guards hold unless the container is named to them, too', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same', ...repeat('foreign', 60)]) });
    const held = await bench.run({ deleteForeign: [PHOTOS] });
    expect(held.alerts).toMatchObject([{ code: 'too-many-deletes', container: 'photos' }]);
    expect(bench.looks).toEqual([]);
    const run = await bench.run({ deleteForeign: [PHOTOS], allowDeletes: [PHOTOS] });
    expect(run).toMatchObject({ alerts: [], counts: { skipped: {}, byVerdict: { deleted: 60 } } });
    expect(bench.looks).toHaveLength(60);
    expect(bench.leaves).toEqual(new Set([true]));
  });

  it('counts and reports what is foreign of a container that the source never had as no concern of the mirror', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(repeat('foreign', 3)) });
    bench.source.dropContainer(PHOTOS);
    const run = await bench.run();
    expect(run).toMatchObject({ alerts: [], counts: { skipped: { 'container-not-mirrored': 3 } } });
    expect((await bench.report(run.id)).map(({ reason }) => reason)).toEqual(
      repeat('foreign', 3).map(() => 'container-not-mirrored'),
    );
    expect(toProof(run).excepted.count).toBe(0);
  });

  it('goes on from a run that a former release began, whose document tells less', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same', 'same', 'extra']) });
    const { id } = await bench.start();
    const documents = bench.documents.through(immediately);
    const found = await documents.read(`reconcile/runs/${id}`);
    const before = JSON.parse(JSON.stringify(found?.value)) as Run;
    const { deletions: _, ...photos } = before.containers['photos'] as ContainerProgress;
    const written = {
      ...before,
      containers: { photos: { ...photos, backup: 2, extras: 1, mirroredExtras: 1 } },
    };
    await documents.write(`reconcile/runs/${id}`, written, found ?? { nothingThere: true });
    await bench.drain();
    expect((await bench.read(id)).containers['photos']).toMatchObject({ backup: 5, extras: 2, deletions: 2 });
  });

  it('goes beneath a prefix that is empty at the source, when its container is not', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['extra']) });
    bench.source.put(parseKey('photos', 'elsewhere'), { content: 'x' });
    // All that the run sees would go, so it takes leave; and with it, since the source's container is not empty, it goes.
    expect((await bench.run({ prefix: 'k' })).alerts).toMatchObject([{ code: 'too-many-deletes' }]);
    expect((await bench.run({ prefix: 'k', allowDeletes: [PHOTOS] })).alerts).toEqual([]);
    expect(bench.looks).toEqual(['k00000']);
  });

  it('stays beneath a prefix when all of the scope is empty at the source', async () => {
    const paths = { include: [{ containers: 'photos', path: 'k' }], exclude: [] };
    const bench = new ReconcileBench({ scope: createScope('sourceaccount', { paths }) });
    bench.add('photos', { entries: toEntries(['extra']) });
    bench.source.put(parseKey('photos', 'elsewhere'), { content: 'x' });
    expect((await bench.run({ prefix: 'k0' })).alerts).toMatchObject([{ code: 'source-container-empty' }]);
    expect(bench.looks).toEqual([]);
  });

  it('stays when the source cannot be asked for the container', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(['same', 'extra']) });
    const { id } = await bench.start();
    bench.source.readContainer = async () => {
      await Promise.resolve();
      throw new BlobmirrorError('storage-forbidden', 'no');
    };
    await bench.drain();
    const run = await bench.read(id);
    expect(run).toMatchObject({ state: 'done', sourceListingFailed: true });
    expect(run.containers['photos']?.stopped).toBe('source-listing-failed');
    expect(bench.looks).toEqual([]);
  });

  it('is counted as kept, and not looked at, when the settings say so', async () => {
    const bench = new ReconcileBench({ deletes: 'keep' });
    bench.add('photos', { entries: toEntries(repeat('extra', 3)) });
    const run = await bench.run();
    expect(run).toMatchObject({ state: 'done', alerts: [], counts: { skipped: { 'deletes-are-kept': 3 } } });
    expect(await bench.report(run.id)).toEqual(
      ['k00000', 'k00001', 'k00002'].map((path) => ({
        container: 'photos',
        path,
        verdict: 'skipped',
        reason: 'deletes-are-kept',
      })),
    );
    expect(bench.looks).toEqual([]);
  });

  it('stays in a dry run, which says what the guards would', async () => {
    const bench = new ReconcileBench();
    bench.add('photos', { entries: toEntries(repeat('extra', 300)) });
    bench.add('videos', { entries: toEntries(['same', 'extra']) });
    const run = await bench.run({ dryRun: true });
    expect(run).toMatchObject({ state: 'done', counts: { skipped: {} } });
    expect(run.alerts.map(({ container }) => container)).toEqual(['photos']);
    expect(bench.looks).toEqual([]);
  });

  it('is reported when the heart leaves it, or fails at it', async () => {
    const bench = new ReconcileBench({
      converge: async ({ path }) => {
        await Promise.resolve();
        if (path === 'k00004') throw new BlobmirrorError('storage-rejected', 'no');
        if (path === 'k00005') return { verdict: 'skipped', reason: 'backup-leased' };
        if (path === 'k00006') return { verdict: 'in-sync' };
        return { verdict: 'copied', created: false, bytes: 7, engine: 'memory', stamped: true };
      },
    });
    bench.add('photos', { entries: toEntries([...repeat('same', 4), ...repeat('extra', 4)]) });
    const run = await bench.run();
    expect(run.state).toBe('done');
    expect(run.counts).toMatchObject({
      byVerdict: { skipped: 1, 'in-sync': 1, copied: 1 },
      skipped: { 'backup-leased': 1 },
      failed: { 'storage-rejected': 1 },
      bytesCopied: 7,
    });
    expect(run.samples).toMatchObject({
      repaired: [{ path: 'k00007', bytes: 7 }],
      skipped: [{ path: 'k00005', reason: 'backup-leased' }],
      failed: [{ path: 'k00004', code: 'storage-rejected' }],
    });
    expect(await bench.report(run.id)).toHaveLength(3);
  });

  it('is tried again when an outage kept the heart from all of a slice', async () => {
    let tries = 0;
    const bench = new ReconcileBench({
      converge: async () => {
        await Promise.resolve();
        if (++tries <= 5) throw new BlobmirrorError('storage-unavailable', 'no');
        return { verdict: 'deleted' };
      },
    });
    bench.add('photos', { entries: toEntries(['same', 'same', ...repeat('extra', 2)]) });
    const run = await bench.run();
    // Two tries of both keys failed, and the third had one of them through.
    expect(run.counts).toMatchObject({ failed: { 'storage-unavailable': 1 }, byVerdict: { deleted: 1 } });
    expect(run.shards['d0']).toMatchObject({ slices: 1, isDone: true });
  });
});
