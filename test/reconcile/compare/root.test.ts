import { describe, expect, it } from 'vitest';
import type { Access } from '../../../src/model/access.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { ReportLine } from '../../../src/api/run.ts';
import type { CompareShard, SliceResult } from '../../../src/reconcile/shard.ts';
import { createScope } from '../../../src/model/scope.ts';
import type { Policy } from '../../../src/mirror/policy.ts';
import { compareSlice } from '../../../src/reconcile/compare/compare-slice.ts';
import type { CompareParts } from '../../../src/reconcile/compare/out-of-step-keys.ts';
import { at, createMemoryTree, type MemoryTree, TREE_POLICY } from '../../support/memory-tree.ts';

const LAKE = at('x').container;
const TEAM: Access = {
  owner: 'anna',
  group: 'staff',
  permissions: 'rwxr-x--x',
  acl: 'user::rwx,group::r-x,other::--x',
};
const SHARD: CompareShard = {
  run: 'r' as RunId,
  shard: 'c0',
  slice: 0,
  phase: 'compare',
  container: LAKE,
  prefix: '',
  root: true,
};
const ROOT = { container: 'lake', path: '' };

interface Stage extends MemoryTree {
  readonly lines: ReportLine[];
  slice(shard?: Partial<CompareShard>, changes?: Partial<CompareParts>): Promise<SliceResult>;
}

function createStage({ dryRun = false, policy = TREE_POLICY, budgetMs = 60_000 } = {}): Stage {
  const tree = createMemoryTree(undefined, policy);
  const lines: ReportLine[] = [];
  return {
    ...tree,
    lines,
    slice: async (shard = {}, changes = {}) =>
      await compareSlice(
        { ...tree, policy, hierarchical: true, scope: createScope('sourceaccount'), ...changes },
        { ...SHARD, ...shard },
        {
          budgetMs,
          openShards: 100,
          signal: new AbortController().signal,
          dryRun,
          report: async (line) => void (await Promise.resolve(lines.push(line))),
          extra: async () => await Promise.resolve(),
          foreign: async () => await Promise.resolve(),
          deleteForeign: false,
        },
      ),
  };
}

const rootOf = ({ backup }: Stage) => backup.containers.get(LAKE)?.rootAccess;

describe('a slice whose container has its root to be compared', () => {
  it('sets the access that differs, and reports it', async () => {
    const stage = createStage();
    stage.source.permitRoot(LAKE, TEAM);
    expect(await stage.slice()).toMatchObject({
      counts: { nominated: 1, byVerdict: { 'access-set': 1 }, skipped: {} },
      listed: { source: 0, backup: 0 },
    });
    expect(rootOf(stage)).toEqual(TEAM);
    expect(stage.lines).toEqual([{ ...ROOT, verdict: 'access-set' }]);
  });

  it('says nothing where it is in step', async () => {
    const stage = createStage();
    expect(await stage.slice()).toMatchObject({ counts: { nominated: 0, byVerdict: {} } });
    expect(stage.lines).toEqual([]);
    expect(stage.calls.filter((call) => call.includes('Root'))).toEqual([
      'backupaccount.readRootAccess',
      'sourceaccount.readRootAccess',
    ]);
  });

  it('excepts it by name where the right to set it is missing', async () => {
    const stage = createStage();
    const convergeRoot: CompareParts['convergeRoot'] = async () =>
      await Promise.resolve({ verdict: 'skipped', reason: 'access-not-permitted', isDirectory: true });
    const result = await stage.slice({}, { convergeRoot });
    expect(result).toMatchObject({ counts: { skipped: { 'access-not-permitted': 1 } } });
    expect(stage.lines).toEqual([{ ...ROOT, verdict: 'skipped', reason: 'access-not-permitted' }]);
    expect(result.sample).toEqual(stage.lines);
  });

  it('reports what it failed with, and nothing else comes to harm', async () => {
    const stage = createStage();
    stage.source.put(at('a'), { content: 'x' });
    const convergeRoot: CompareParts['convergeRoot'] = async () =>
      await Promise.reject(new BlobmirrorError('storage-forbidden', 'no'));
    expect(await stage.slice({}, { convergeRoot })).toMatchObject({
      counts: { byVerdict: { copied: 1 }, failed: { 'storage-forbidden': 1 } },
    });
    expect(stage.lines).toContainEqual({
      ...ROOT,
      verdict: 'failed',
      code: 'storage-forbidden',
      detail: 'no',
    });
  });

  it('finds it in a dry run, and writes nothing', async () => {
    const stage = createStage({ dryRun: true });
    expect(await stage.slice()).toMatchObject({ counts: { byVerdict: {} } });
    stage.source.permitRoot(LAKE, TEAM);
    expect(await stage.slice()).toMatchObject({ counts: { byVerdict: { different: 1 } } });
    expect(stage.lines).toEqual([{ ...ROOT, verdict: 'different' }]);
    expect(rootOf(stage)).not.toEqual(TEAM);
  });

  it('compares it after it made the container, so that what is not permitted there is told', async () => {
    const stage = createStage();
    stage.backup.dropContainer(LAKE);
    stage.source.permitRoot(LAKE, TEAM);
    stage.source.put(at('a'), { content: 'x' });
    let compared = 0;
    await stage.slice(
      {},
      {
        convergeRoot: async (container) => {
          compared++;
          expect(rootOf(stage)).toBeDefined();
          return await stage.convergeRoot(container);
        },
      },
    );
    expect(compared).toBe(1);
    expect(rootOf(stage)).toEqual(TEAM);
  });

  it('leaves it to the next slice where there is no container yet, and to no other', async () => {
    const stage = createStage({ budgetMs: 0 });
    for (const path of ['a', 'b', 'c']) stage.source.put(at(path), { content: 'x' });
    const missing: Partial<CompareParts> = { convergeRoot: async () => await Promise.resolve(undefined) };
    expect((await stage.slice({}, missing)).next).toMatchObject({ root: true });
    const { next } = await stage.slice();
    expect(next).toBeDefined();
    expect(next).not.toHaveProperty('root');
  });

  it('compares it also where the listings turn out to have no known order', async () => {
    const stage = createStage();
    stage.source.permitRoot(LAKE, TEAM);
    for (const path of ['a', 'b', 'c']) stage.source.put(at(path), { content: 'x' });
    const source = {
      ...stage.source,
      listBlobs: async function* (...asked: Parameters<typeof stage.source.listBlobs>) {
        for await (const page of stage.source.listBlobs(...asked))
          yield { ...page, entries: page.entries.toReversed() };
      },
    };
    expect(await stage.slice({}, { source })).toMatchObject({ isUnordered: true });
    expect(rootOf(stage)).toEqual(TEAM);
  });

  it.each<[string, Partial<CompareShard>, Policy, boolean]>([
    ['is not to be compared', { root: undefined }, TREE_POLICY, true],
    ['has access that is not mirrored', {}, { ...TREE_POLICY, acl: 'off' }, true],
    ['is on a flat account', {}, TREE_POLICY, false],
  ])('asks for no root that %s', async (_, shard, policy, hierarchical) => {
    const stage = createStage({ policy });
    stage.source.permitRoot(LAKE, TEAM);
    let asked = 0;
    const convergeRoot: CompareParts['convergeRoot'] = async () => {
      asked++;
      return await Promise.resolve(undefined);
    };
    await stage.slice(shard, { convergeRoot, hierarchical });
    expect(asked).toBe(0);
    expect(rootOf(stage)).not.toEqual(TEAM);
  });
});
