import { describe, expect, it } from 'vitest';
import type { MemoryAccount } from '../../memory/memory-account.ts';
import { adopt, copyListed } from '../../../src/mirror/listed-keys.ts';
import { convergeRoot, prepareContainer } from '../../../src/mirror/converge-container.ts';
import { type BlobPath, parseContainerName, parseKey } from '../../../src/model/key.ts';
import type { AdoptBy } from '../../../src/model/adoption.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { ReportLine } from '../../../src/api/run.ts';
import { type CompareShard, type SliceResult, shardSchema } from '../../../src/reconcile/shard.ts';
import { createScope } from '../../../src/model/scope.ts';
import { splitStamp } from '../../../src/model/stamp.ts';
import type { ListedBlob } from '../../../src/ports/blob-reader.ts';
import { compareSlice } from '../../../src/reconcile/compare/compare-slice.ts';
import type { ForeignKey } from '../../../src/reconcile/slice.ts';
import type { CompareParts } from '../../../src/reconcile/compare/out-of-step-keys.ts';
import { createMemoryPair, type MemoryPair } from '../../support/memory-pair.ts';
import { stampOf } from '../../support/of-ours.ts';
import { FLAT } from '../../support/flat.ts';

const RUN = '2026-11-25T13-09-31Z-4f2a' as RunId;
const CONTAINER = parseContainerName('photos');
const SHARD: CompareShard = {
  run: 'r' as RunId,
  shard: 's',
  slice: 0,
  phase: 'compare',
  container: CONTAINER,
  prefix: '',
};

/** The stamp of a version that the source has no more. */
const OURS = stampOf('sourceaccount');

const ACCESS_LACKING: Verdict = {
  verdict: 'copied',
  created: false,
  bytes: 1,
  engine: 'memory',
  stamped: true,
  access: 'not-permitted',
};

interface Stage extends MemoryPair {
  readonly lines: ReportLine[];
  readonly extras: string[];
  readonly foreign: ForeignKey[];
  slice(
    shard?: Partial<CompareShard>,
    changes?: Partial<CompareParts>,
    budgetMs?: number,
  ): Promise<SliceResult>;
}

function createStage({
  dryRun = false,
  deleteForeign = false,
  by,
}: { dryRun?: boolean; deleteForeign?: boolean; by?: AdoptBy } = {}): Stage {
  const pair = createMemoryPair(undefined, FLAT.policy);
  const lines: ReportLine[] = [];
  const extras: string[] = [];
  const foreign: ForeignKey[] = [];
  const { source, backup } = pair;
  const sides = { source, backup, policy: FLAT.policy };
  return {
    ...pair,
    lines,
    extras,
    foreign,
    slice: async (shard = {}, changes = {}, budgetMs = 60_000) =>
      await compareSlice(
        {
          ...FLAT,
          ...sides,
          scope: createScope('sourceaccount'),
          converge: async (each) => await pair.converge(each),
          copyListed: async (key, readings) => await copyListed(sides, key, readings),
          convergeRoot: async (container) => await convergeRoot(sides, container),
          adopt: async (each, request) => await adopt(sides, each, request),
          prepareContainer: async (container) => await prepareContainer(sides, container),
          ...changes,
        },
        { ...SHARD, ...shard },
        {
          budgetMs,
          openShards: 1,
          signal: new AbortController().signal,
          dryRun,
          deleteForeign,
          adopt: by,
          report: async (line) => void (await Promise.resolve(lines.push(line))),
          extra: async (path) => void (await Promise.resolve(extras.push(path))),
          foreign: async (each) => void (await Promise.resolve(foreign.push(each))),
        },
      ),
  };
}

const key = (path: string) => parseKey('photos', path);

function write({ source }: Stage, ...paths: string[]): void {
  for (const path of paths) source.put(key(path), { content: path });
}

function isMirrored({ source, backup }: Stage, path: string): boolean {
  const { stamp } = splitStamp(backup.peek(key(path))?.metadata ?? {});
  return stamp?.etag === source.peek(key(path))?.etag;
}

/** Does something before the nth listing. */
function beforeListing(account: MemoryAccount, nth: number, act: () => unknown): MemoryAccount {
  let listings = 0;
  return {
    ...account,
    listBlobs: (container, range) => {
      if (++listings === nth) act();
      return account.listBlobs(container, range);
    },
  };
}

/** A listing in an order of its own. */
function listedIn(account: MemoryAccount, order: (a: ListedBlob, b: ListedBlob) => number): MemoryAccount {
  return {
    ...account,
    listBlobs: async function* (container, range) {
      for await (const page of account.listBlobs(container, range))
        yield { ...page, entries: page.entries.toSorted(order) };
    },
  };
}

describe('a slice of a compare shard', () => {
  it('from nothing, takes one request a blob beside the listings, which are read once more', async () => {
    const stage = createStage();
    const paths = Array.from({ length: 200 }, (_, i) => `p/${i}`);
    write(stage, ...paths);
    const result = await stage.slice();
    expect(paths.every((path) => isMirrored(stage, path))).toBe(true);
    expect(result).toMatchObject({
      counts: { inStep: 0, nominated: 200, byVerdict: { copied: 200 }, failed: {} },
      // Each blob's content is its path.
      listed: { source: 200, backup: 0, bytes: paths.join('').length },
      extras: 0,
    });
    expect(result.next).toBeUndefined();
    const requests = stage.calls.filter((call) => !call.endsWith('.copy-read'));
    expect(requests.filter((call) => call === 'backupaccount.copy')).toHaveLength(200);
    expect(requests.filter((call) => call.endsWith('.read'))).toEqual([]);
    expect(requests).toHaveLength(204);
  });

  it('makes a container that the backup lacks once, however many keys are brought into it at once', async () => {
    const stage = createStage();
    const paths = Array.from({ length: 50 }, (_, i) => `p/${i}`);
    write(stage, ...paths);
    stage.backup.dropContainer(CONTAINER);
    await stage.slice();
    expect(paths.every((path) => isMirrored(stage, path))).toBe(true);
    expect(stage.calls.filter((call) => call === 'backupaccount.createContainer')).toHaveLength(1);
    expect(stage.calls.filter((call) => call === 'backupaccount.copy')).toHaveLength(50);
  });

  it('asks for no container where the backup lists something', async () => {
    const stage = createStage();
    write(stage, 'a');
    await stage.slice();
    write(stage, 'b', 'c');
    let asked = 0;
    await stage.slice({}, { prepareContainer: async () => void (await Promise.resolve(asked++)) });
    expect([asked, isMirrored(stage, 'b')]).toEqual([0, true]);
  });

  it('writes nothing where all is in step (invariant 8)', async () => {
    const stage = createStage();
    write(stage, 'a', 'b');
    await stage.slice();
    stage.calls.length = 0;
    expect(await stage.slice()).toMatchObject({ counts: { inStep: 2, nominated: 0 } });
    expect(stage.calls).toEqual(['sourceaccount.listBlobs', 'backupaccount.listBlobs']);
  });

  it('brings over what changed, and writes down what only the backup has without deleting it', async () => {
    const stage = createStage();
    write(stage, 'changed', 'same');
    await stage.slice();
    stage.source.put(key('changed'), { content: 'again' });
    stage.backup.put(key('extra'), { content: 'x', metadata: OURS });
    const result = await stage.slice();
    expect(result).toMatchObject({
      counts: { inStep: 1, nominated: 2, byVerdict: { copied: 1 } },
      extras: 1,
    });
    expect(stage.extras).toEqual(['extra']);
    expect(stage.backup.peek(key('extra'))).toBeDefined();
    expect(isMirrored(stage, 'changed')).toBe(true);
  });

  it('copies anew what carries the right stamp on another size than the source has', async () => {
    const stage = createStage();
    write(stage, 'empty', 'short', 'same');
    await stage.slice();
    for (const [path, content] of [
      ['empty', ''],
      ['short', 'sho'],
    ] as const) {
      const { metadata } = stage.backup.peek(key(path)) ?? {};
      stage.backup.put(key(path), { content, ...(metadata && { metadata }) });
      expect(isMirrored(stage, path)).toBe(true);
    }
    expect(await stage.slice()).toMatchObject({
      counts: { inStep: 1, nominated: 2, byVerdict: { copied: 2 } },
    });
    expect(stage.backup.peek(key('empty'))?.content).toBe('empty');
    expect(stage.backup.peek(key('short'))?.content).toBe('short');
  });

  it("tells extras that were mirrored from this source from those that are somebody else's", async () => {
    const stage = createStage();
    write(stage, 'mirrored');
    await stage.slice();
    stage.source.remove(key('mirrored'));
    const stamp = stampOf('another')['blobmirror'] ?? '';
    stage.backup.put(key('of-another'), { content: 'x', metadata: { blobmirror: stamp } });
    stage.backup.put(key('foreign'), { content: 'x' });
    const full = { [`x${'y'.repeat(90)}`]: 'z'.repeat(8070) };
    stage.backup.put(key('full'), { content: 'x', metadata: full });
    // A copy of ours that was left half way is ours, though it bears no stamp yet.
    const mark = `v=partial;bytes=1;for=${OURS['blobmirror']}`;
    stage.backup.put(key('partial'), { content: 'x', metadata: { blobmirror: mark } });
    expect(await stage.slice()).toMatchObject({
      extras: 5,
      mirroredExtras: 1,
      deletions: 2,
      foreign: { 'backup-foreign': 1, 'backup-foreign-no-room': 1 },
    });
    expect(stage.extras).toEqual(['mirrored', 'of-another', 'partial']);
    expect(stage.foreign).toEqual([
      { path: 'foreign', reason: 'backup-foreign' },
      { path: 'full', reason: 'backup-foreign-no-room' },
    ]);
  });

  it('writes foreign blobs down as deletions where the run has leave for them', async () => {
    const stage = createStage({ deleteForeign: true });
    stage.backup.put(key('foreign'), { content: 'x' });
    expect(await stage.slice()).toMatchObject({ extras: 1, mirroredExtras: 0, deletions: 1 });
    expect([stage.extras, stage.foreign]).toEqual([['foreign'], []]);
  });

  it.each([true, false])(
    'has the mirror core replace what is foreign where it may: %s',
    async (deleteForeign) => {
      const stage = createStage({ deleteForeign });
      write(stage, 'a');
      stage.backup.put(key('a'), { content: 'theirs' });
      const asked: unknown[] = [];
      const converge: CompareParts['converge'] = async (_key, _since, leave) => {
        await Promise.resolve();
        asked.push(leave);
        return { verdict: 'in-sync' };
      };
      // A listing that leaves out a property makes a check of the key necessary.
      await stage.slice({}, { converge, copyListed: async () => await Promise.resolve(undefined) });
      expect(asked).toEqual([deleteForeign ? { deleteForeign: true } : undefined]);
    },
  );

  it.each<[boolean, Verdict, number | undefined]>([
    [true, { verdict: 'skipped', reason: 'backup-in-the-way' }, 1],
    [true, { verdict: 'skipped', reason: 'source-archived' }, undefined],
    [true, { verdict: 'copied', created: true, bytes: 1, engine: 'memory', stamped: true }, undefined],
    [false, { verdict: 'skipped', reason: 'backup-leased' }, undefined],
  ])(
    'holds deletions back in a tree (%s) by a key of which it finds %o: %s',
    async (hierarchical, verdict, blocked) => {
      const stage = createStage();
      write(stage, 'a');
      const changes = {
        hierarchical,
        converge: async () => await Promise.resolve(verdict),
        copyListed: async () => await Promise.resolve(undefined),
      };
      expect((await stage.slice({}, changes)).blocked).toBe(blocked);
    },
  );

  it.each(['md5', 'read'] as const)('adopts by %s what another tool made, and moves no bytes', async (by) => {
    const stage = createStage({ by });
    for (const path of ['a', 'b']) {
      const blob = { content: path, contentMd5: `md5 of ${path}`, metadata: { user: path } };
      stage.source.put(key(path), blob);
      stage.backup.put(key(path), { ...blob, metadata: {} });
    }
    expect(await stage.slice()).toMatchObject({ counts: { nominated: 2, byVerdict: { adopted: 2 } } });
    expect(stage.calls.filter((call) => !/\.(listBlobs|compare)$/.test(call))).toEqual([
      'backupaccount.restamp',
      'backupaccount.restamp',
    ]);
    expect(isMirrored(stage, 'a') && isMirrored(stage, 'b')).toBe(true);
    expect(splitStamp(stage.backup.peek(key('a'))?.metadata ?? {}).metadata).toEqual({ user: 'a' });
    expect(await stage.slice()).toMatchObject({ counts: { inStep: 2, nominated: 0 } });
  });

  it('tries to adopt nothing that has a stamp, which would be compared in vain', async () => {
    const stage = createStage({ by: 'read' });
    write(stage, 'a');
    stage.backup.put(key('a'), { content: 'a', metadata: OURS });
    const asked: string[] = [];
    const adoptNone: CompareParts['adopt'] = async ({ path }) => {
      asked.push(path);
      return await Promise.resolve(undefined);
    };
    expect(await stage.slice({}, { adopt: adoptNone })).toMatchObject({
      counts: { byVerdict: { copied: 1 } },
    });
    expect(asked).toEqual([]);
  });

  it('counts once what it adopted and checked', async () => {
    const stage = createStage({ by: 'md5' });
    const blob = { content: 'x', contentMd5: 'm' };
    stage.source.put(key('a'), { ...blob, tier: 'Cool' });
    stage.backup.put(key('a'), blob);
    const { counts } = await stage.slice();
    expect(stage.backup.peek(key('a'))?.tier).toBe('Cool');
    expect(counts).toMatchObject({ inStep: 0, nominated: 1, byVerdict: { adopted: 1 } });
    expect(Object.keys(counts.byVerdict)).toEqual(['adopted']);
    expect(stage.lines).toHaveLength(1);
  });

  it('adopts by the bytes alone what is equal, and copies what only declares to be', async () => {
    const stage = createStage({ by: 'read' });
    stage.source.put(key('planted'), { content: 'balance=9999', contentMd5: 'of the empty string' });
    stage.backup.put(key('planted'), { content: 'balance=0100', contentMd5: 'of the empty string' });
    expect(await stage.slice()).toMatchObject({ counts: { byVerdict: { copied: 1 } } });
    expect(stage.backup.peek(key('planted'))?.content).toBe('balance=9999');
    expect(isMirrored(stage, 'planted')).toBe(true);
  });

  it.each<[string, Verdict, Partial<SliceResult['counts']>]>([
    ['is left', { verdict: 'skipped', reason: 'backup-leased' }, { skipped: { 'backup-leased': 1 } }],
    ['lacks its access', ACCESS_LACKING, { skipped: { 'access-not-permitted': 1 } }],
  ])('excepts what it adopted where the rest of it %s', async (_, rest, counts) => {
    const stage = createStage({ by: 'md5' });
    const blob = { content: 'x', contentMd5: 'm' };
    stage.source.put(key('a'), { ...blob, tier: 'Cool' });
    stage.backup.put(key('a'), blob);
    const { counts: all } = await stage.slice({}, { converge: async () => await Promise.resolve(rest) });
    expect(all).toMatchObject({ ...counts, byVerdict: { adopted: 1 } });
  });

  it('goes on with a long comparison in the next slice, of the same versions alone', async () => {
    const content = 'x'.repeat(20 * 1024 * 1024);
    const stage = createStage({ by: 'read' });
    for (const account of [stage.source, stage.backup]) account.put(key('long'), { content });
    const first = await stage.slice({}, {}, 0);
    expect(first.counts.byVerdict).toEqual({});
    const next = first.next as CompareShard;
    const { etag: source = '' } = stage.source.peek(key('long')) ?? {};
    const { etag: backup = '' } = stage.backup.peek(key('long')) ?? {};
    expect(next).toMatchObject({ again: ['long'] });
    expect(next.compared).toEqual([{ path: 'long', source, backup, equal: 8 * 1024 * 1024 }]);
    stage.calls.length = 0;
    const second = await stage.slice(shardSchema.parse({ ...next, run: RUN }) as CompareShard);
    expect(second).toMatchObject({ counts: { byVerdict: { adopted: 1 } } });
    expect(second.next).toBeUndefined();
    expect(stage.calls.filter((call) => call === 'backupaccount.compare')).toHaveLength(2);
    expect(stage.calls).not.toContain('backupaccount.copy');

    stage.backup.put(key('long'), { content });
    await stage.slice({ ...next, slice: 2 });
    expect(isMirrored(stage, 'long')).toBe(true);
  });

  it.each(['the first slice', 'a later one'])(
    'reads the source again after it adopted a blob in %s (invariant 5)',
    async (when) => {
      const stage = createStage({ by: 'read' });
      for (const account of [stage.source, stage.backup])
        account.put(key('a'), { content: when === 'a later one' ? 'x'.repeat(20 * 1024 * 1024) : 'x' });
      const first = when === 'a later one' ? (await stage.slice({}, {}, 0)).next : undefined;
      // The event of this deletion found a foreign blob, and left it.
      await stage.slice(first as CompareShard | undefined, {
        adopt: async (each, request) => {
          const adopted = await adopt({ ...stage, policy: FLAT.policy }, each, request);
          stage.source.remove(key('a'));
          return adopted;
        },
      });
      expect(stage.backup.peek(key('a')) === undefined).toBe(true);
    },
  );

  it('proves what it made before it goes on with long copies, which take minutes', async () => {
    const stage = createStage();
    write(stage, 'long');
    await stage.slice();
    write(stage, 'new');
    stage.calls.length = 0;
    const converge: CompareParts['converge'] = async () => {
      stage.calls.push('goes on');
      return await Promise.resolve({ verdict: 'in-sync' });
    };
    await stage.slice({ again: ['long'] }, { converge });
    expect(stage.calls.slice(-2)).toEqual(['sourceaccount.read', 'goes on']);
  });

  it('counts in a dry run what could be adopted, with one look at whether the backup keeps versions', async () => {
    const stage = createStage({ dryRun: true, by: 'md5' });
    for (const path of ['a', 'b', 'other']) {
      stage.source.put(key(path), { content: path, contentMd5: path });
      stage.backup.put(key(path), { content: path, contentMd5: path === 'other' ? 'another' : path });
    }
    expect(await stage.slice()).toMatchObject({
      counts: { byVerdict: { adoptable: 2, different: 1 } },
      adoptable: { keys: 2, bytes: 2, versionedKeys: 0, versionedBytes: 0 },
    });
    expect(stage.calls.filter((call) => !call.endsWith('.listBlobs'))).toEqual(['backupaccount.read']);
  });

  it('undoes a copy whose source is gone when it is listed again (invariant 5)', async () => {
    const stage = createStage();
    write(stage, 'a', 'b', 'c');
    await stage.slice({}, { source: beforeListing(stage.source, 2, () => stage.source.remove(key('b'))) });
    expect(stage.backup.peek(key('b'))).toBeUndefined();
    expect(isMirrored(stage, 'a') && isMirrored(stage, 'c')).toBe(true);
  });

  it.each([undefined, 'md5', 'read'] as const)(
    'undoes what it wrote over a foreign blob whose source is gone when it is listed again, adopting by %s',
    async (by) => {
      const stage = createStage(by === undefined ? {} : { by });
      for (const path of ['a', 'b', 'c']) {
        const blob = { content: path, contentMd5: `md5 of ${path}` };
        stage.source.put(key(path), blob);
        stage.backup.put(key(path), blob);
      }
      await stage.slice({}, { source: beforeListing(stage.source, 2, () => stage.source.remove(key('b'))) });
      expect(stage.calls).toContain(by === undefined ? 'backupaccount.copy' : 'backupaccount.restamp');
      expect(stage.backup.peek(key('b'))).toBeUndefined();
      expect(isMirrored(stage, 'a') && isMirrored(stage, 'c')).toBe(true);
    },
  );

  it('looks at a key whose listing was out of date', async () => {
    const stage = createStage();
    write(stage, 'a');
    const change = () => stage.source.put(key('a'), { content: 'newer' });
    await stage.slice({}, { backup: beforeListing(stage.backup, 1, change) });
    expect(isMirrored(stage, 'a')).toBe(true);
  });

  it('finds and counts in a dry run, and writes nothing', async () => {
    const stage = createStage({ dryRun: true });
    write(stage, 'missing', 'different');
    stage.backup.put(key('different'), { content: 'old' });
    stage.backup.put(key('extra'), { content: 'x', metadata: OURS });
    expect(await stage.slice()).toMatchObject({
      counts: { byVerdict: { missing: 1, different: 1, extra: 1 } },
      extras: 1,
    });
    expect(stage.calls.filter((call) => !call.endsWith('.listBlobs'))).toEqual([]);
    expect(stage.extras).toEqual([]);
  });

  it('counts and reports a key that fails, and goes on', async () => {
    const stage = createStage();
    write(stage, 'a', 'b', 'c');
    const result = await stage.slice(
      {},
      {
        copyListed: async ({ path }) => {
          if (path === ('b' as BlobPath)) throw new Error('cut');
          return await Promise.resolve(undefined);
        },
      },
    );
    expect(result.counts).toMatchObject({ byVerdict: { copied: 2 }, failed: { unexpected: 1 } });
    expect(stage.lines.find(({ path }) => path === 'b')).toMatchObject({ code: 'unexpected', detail: 'cut' });
  });

  it('stops at its budget, and what is left is shared with another worker at a place that parts it', async () => {
    const stage = createStage();
    const paths = Array.from({ length: 100 }, (_, i) => `p/${String(i).padStart(3, '0')}`);
    write(stage, ...paths);
    const shards: CompareShard[] = [SHARD];
    const slices: CompareShard[] = [];
    let splits = 0;
    for (let shard = shards.shift(); shard !== undefined; shard = shards.shift()) {
      slices.push(shard);
      const { next, split } = await stage.slice(shard, {}, 0);
      for (const more of [next, split]) if (more?.phase === 'compare') shards.push(more);
      if (split !== undefined) splits++;
    }
    expect(splits).toBeGreaterThan(0);
    expect(new Set(slices.map(({ shard, slice }) => `${shard} ${slice}`)).size).toBe(slices.length);
    expect(paths.every((path) => isMirrored(stage, path))).toBe(true);
    expect(stage.lines.map(({ path }) => path).toSorted()).toEqual(paths);
  });

  it('tells when a listing has not the order that was expected, and in the slower way passes nothing over', async () => {
    const stage = createStage();
    write(stage, 'a', 'b', 'c', 'd');
    stage.backup.put(key('extra'), { content: 'x', metadata: OURS });
    const source = listedIn(stage.source, (a, b) => (a.path > b.path ? -1 : 1));
    expect(await stage.slice({}, { source })).toMatchObject({ isUnordered: true });
    await stage.slice({ unordered: true }, { source });
    expect(['a', 'b', 'c', 'd'].every((path) => isMirrored(stage, path))).toBe(true);
    expect(stage.extras).toContain('extra');
  });

  it('lists every entry once, wherever slices stop in a page', async () => {
    const stage = createStage();
    write(stage, ...Array.from({ length: 40 }, (_, i) => `p/${i}`));
    await stage.slice();
    const shards: CompareShard[] = [SHARD];
    const listed = { source: 0, backup: 0 };
    let slices = 0;
    for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
      const result = await stage.slice(shard, {}, 0);
      listed.source += result.listed.source;
      listed.backup += result.listed.backup;
      slices++;
      for (const more of [result.next, result.split]) if (more?.phase === 'compare') shards.push(more);
    }
    expect(slices).toBeGreaterThan(10);
    expect(listed).toEqual({ source: 40, backup: 40 });
  });

  it('hands long copies that are not done to the next slice, and walks nothing twice for them', async () => {
    const stage = createStage();
    write(stage, 'long', 'short');
    const unfinished = { verdict: 'unfinished', engine: 'blocks-from-url' } as const;
    const { next, split } = await stage.slice(
      {},
      {
        copyListed: async ({ path }, readings) =>
          path === ('long' as BlobPath)
            ? await Promise.resolve({ verdict: unfinished, isUnproven: false })
            : await copyListed({ ...stage, policy: FLAT.policy }, key(path), readings),
        converge: async () => await Promise.resolve(unfinished),
      },
      0,
    );
    if (next?.phase !== 'compare') throw new Error('there is more');
    expect(next.again).toEqual(['long']);
    const last = await stage.slice(next);
    await stage.slice(split);
    expect(isMirrored(stage, 'long') && isMirrored(stage, 'short')).toBe(true);
    expect(last.next?.phase === 'compare' && last.next.again).toBeFalsy();
  });
});

it('a slice shows failures among its samples, however much it repaired before', async () => {
  const stage = createStage();
  const paths = Array.from({ length: 150 }, (_, i) => `p/${String(i).padStart(3, '0')}`);
  write(stage, ...paths);
  const { sample } = await stage.slice(
    {},
    {
      copyListed: async ({ path }, readings) =>
        path === ('p/149' as BlobPath)
          ? await Promise.reject(new Error('cut'))
          : await copyListed({ ...stage, policy: FLAT.policy }, key(path), readings),
    },
  );
  expect(sample).toHaveLength(101);
  expect(sample.at(-1)).toMatchObject({ path: 'p/149', verdict: 'failed' });
});
