import { describe, expect, it } from 'vitest';
import type { MemoryAccount } from '../../../src/memory/memory-account.js';
import { convergeRoot } from '../../../src/mirror/converge-root.js';
import { copyListed } from '../../../src/mirror/copy-listed.js';
import { prepareContainer } from '../../../src/mirror/make-container.js';
import { type BlobPath, parseContainerName, parseKey } from '../../../src/model/key.js';
import type { ReportLine, RunId } from '../../../src/model/reconcile/run.js';
import type { CompareShard, SliceResult } from '../../../src/model/reconcile/shard.js';
import { createScope } from '../../../src/model/scope.js';
import { splitStamp } from '../../../src/model/stamp.js';
import type { ListedBlob } from '../../../src/ports/blob-reader.js';
import { compareSlice } from '../../../src/reconcile/compare/compare-slice.js';
import type { Comparing } from '../../../src/reconcile/compare/out-of-step.js';
import { createMemoryPair, type MemoryPair } from '../../support/memory-pair.js';
import { FLAT } from '../../support/flat.js';

const CONTAINER = parseContainerName('photos');
const SHARD: CompareShard = {
  run: 'r' as RunId,
  shard: 's',
  slice: 0,
  attempt: 0,
  phase: 'compare',
  container: CONTAINER,
  prefix: '',
};

interface Stage extends MemoryPair {
  readonly lines: ReportLine[];
  readonly extras: string[];
  slice(shard?: Partial<CompareShard>, changes?: Partial<Comparing>, budgetMs?: number): Promise<SliceResult>;
}

function createStage({ dryRun = false } = {}): Stage {
  const pair = createMemoryPair(undefined, FLAT.policy);
  const lines: ReportLine[] = [];
  const extras: string[] = [];
  const { source, backup } = pair;
  const sides = { source, backup, policy: FLAT.policy };
  return {
    ...pair,
    lines,
    extras,
    slice: async (shard = {}, changes = {}, budgetMs = 60_000) =>
      await compareSlice(
        {
          ...FLAT,
          ...sides,
          scope: createScope('sourceaccount'),
          converge: async (each) => await pair.converge(each),
          copyListed: async (key, readings) => await copyListed(sides, key, readings),
          convergeRoot: async (container) => await convergeRoot(sides, container),
          prepareContainer: async (container) => await prepareContainer(sides, container),
          ...changes,
        },
        { ...SHARD, ...shard },
        {
          budgetMs,
          openShards: 1,
          signal: new AbortController().signal,
          dryRun,
          report: async (line) => void (await Promise.resolve(lines.push(line))),
          extra: async (path) => void (await Promise.resolve(extras.push(path))),
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
      for await (const page of account.listBlobs(container, range)) yield page.toSorted(order);
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
    stage.backup.put(key('extra'), { content: 'x' });
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
    const stamp = 'v=1;account=another;etag=0x8D;modified=2026-11-21T21:54:57.000Z';
    stage.backup.put(key('of-another'), { content: 'x', metadata: { blobmirror: stamp } });
    stage.backup.put(key('foreign'), { content: 'x' });
    expect(await stage.slice()).toMatchObject({ extras: 3, mirroredExtras: 1 });
  });

  it('undoes a copy whose source is gone when it is listed again (invariant 5)', async () => {
    const stage = createStage();
    write(stage, 'a', 'b', 'c');
    await stage.slice({}, { source: beforeListing(stage.source, 2, () => stage.source.remove(key('b'))) });
    expect(stage.backup.peek(key('b'))).toBeUndefined();
    expect(isMirrored(stage, 'a') && isMirrored(stage, 'c')).toBe(true);
  });

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
    stage.backup.put(key('extra'), { content: 'x' });
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
    stage.backup.put(key('extra'), { content: 'x' });
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
            ? await Promise.resolve({ verdict: unfinished, isNew: false })
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
