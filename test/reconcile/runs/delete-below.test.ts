import { describe, expect, it } from 'vitest';
import { immediately } from '../../memory/schedule.ts';
import { createMirrorCore } from '../../../src/mirror/mirror-core.ts';
import type { ReportLine, Run } from '../../../src/api/run.ts';
import { type DeleteShard, type SliceResult, shardSchema } from '../../../src/reconcile/shard.ts';
import { parseContainerName, parseKey } from '../../../src/model/key.ts';
import { createMemoryAccount } from '../../memory/memory-account.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { isReserved } from '../../../src/model/scope.ts';
import { outcomeName } from '../../../src/reconcile/runs/run-document.ts';
import { deleteSlice } from '../../../src/reconcile/runs/delete-slice.ts';
import type { SliceOutcome } from '../../../src/reconcile/runs/record-slice.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { aRun } from '../../support/a-run.ts';
import { fromMarkersAlone } from '../../support/from-markers-alone.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { stampOf } from '../../support/of-ours.ts';

const LAKE = parseContainerName('lake');
const key = (path: string) => parseKey('lake', path);
const RUN: Run = aRun({
  state: 'deleting',
  shards: { c0: { container: 'lake', phase: 'compare', slices: 1, isDone: true } },
});
const FIRST: DeleteShard = {
  run: RUN.id,
  shard: 'd0',
  slice: 0,
  phase: 'delete',
  container: LAKE,
  line: 0,
};

/** A tree on the backup that the source lacks: whose files are foreign, and all else ours. */
async function createTree(
  paths: readonly string[],
  foreign: ReadonlySet<string>,
  isOld = false,
  withSnapshot?: string,
) {
  const source = createMemoryAccount('sourceaccount', immediately, undefined, undefined, 'hierarchical');
  const backup = createMemoryAccount('backupaccount', immediately, source, undefined, 'hierarchical');
  for (const account of [source, backup]) account.addContainer(LAKE);
  for (const path of paths)
    backup.put(key(path), {
      content: path,
      metadata: foreign.has(path) ? {} : stampOf('sourceaccount'),
    });
  if (withSnapshot !== undefined) backup.snapshot(key(withSnapshot));
  const documents = new MemoryDocuments().through(immediately);
  const lines = documents.openLines('extras');
  await lines.write(JSON.stringify('gone'));
  await lines.close();
  const outcome: SliceOutcome = {
    counts: NO_COUNTS,
    sample: [],
    listed: { source: 0, backup: 1 },
    extras: 1,
    mirroredExtras: 1,
    extraCount: 1,
    extraLines: 'extras',
    follow: [],
  };
  const name = outcomeName({ run: RUN.id, shard: 'c0', slice: 0 });
  await documents.write(name, outcome, { nothingThere: true });
  const heart = createMirrorCore({ source, backup, policy: POLICY }, { hierarchical: true });
  const report: ReportLine[] = [];
  return {
    report,
    /** The trash is the mirror's own. */
    paths: () =>
      [...(backup.containers.get(LAKE)?.blobs.keys() ?? [])].filter((path) => !isReserved(path)).toSorted(),
    slice: async (shard: DeleteShard, ms: number, deleteForeign = false): Promise<SliceResult> => {
      let now = 0;
      return await deleteSlice(
        {
          source,
          backup: isOld ? fromMarkersAlone(backup) : backup,
          documents,
          foreign: 'keep',
          // Time passes when it is looked at.
          clock: { now: () => now++, after: () => () => {} },
          converge: async (each, leave) => await heart.converge(each, undefined, leave),
        },
        RUN,
        shard,
        {
          budgetMs: ms,
          signal: new AbortController().signal,
          deleteForeign,
          report: async (line) => void (await Promise.resolve(report.push(line))),
        },
      );
    },
  };
}

const PATHS = ['gone/a/1', 'gone/a/2', 'gone/b/1', 'gone/b/foreign', 'gone/c/1', 'gone/d'];
const LEFT = ['gone', 'gone/b', 'gone/b/foreign'];

describe('a directory that stays for something foreign below it', () => {
  it.each([
    [0, 'at a place'],
    [3, 'at a place'],
    [1000, 'at a place'],
    [0, 'with a page'],
    [3, 'with a page'],
  ])(
    'loses what is ours, key by key, in slices of %i looks at the clock that begin %s',
    async (ms, begin) => {
      const tree = await createTree(PATHS, new Set(['gone/b/foreign']), begin === 'with a page');
      let slices = 0;
      let shard: DeleteShard | undefined = FIRST;
      while (shard !== undefined) {
        expect(++slices).toBeLessThan(50);
        const result: SliceResult = await tree.slice(shard, ms);
        shard = result.next === undefined ? undefined : (shardSchema.parse(result.next) as DeleteShard);
      }
      expect(slices > 1).toBe(ms < 1000);
      expect(tree.paths()).toEqual(LEFT);
      const skipped = tree.report.filter(({ verdict }) => verdict === 'skipped').map(({ path }) => path);
      // What stays comes again where a listing goes on with a page.
      expect([...new Set(skipped)].toSorted()).toEqual(['gone', 'gone/b']);
    },
  );

  it.each([0, 10])(
    'is left in time where much below it is foreign, after %i looks at the clock',
    async (ms) => {
      const foreign = Array.from({ length: 40 }, (_, i) => `gone/f${i}`);
      const tree = await createTree([...foreign, 'gone/ours'], new Set(foreign));
      const first = await tree.slice(FIRST, ms);
      expect(first.next).toMatchObject({ below: [{ directory: 'gone' }] });
      let slices = 1;
      let shard = first.next as DeleteShard | undefined;
      while (shard !== undefined) {
        expect(++slices).toBeLessThan(100);
        const { next } = await tree.slice(shard, ms);
        expect(next).not.toEqual(shard);
        shard = next as DeleteShard | undefined;
      }
      expect(slices).toBeGreaterThan(3);
      expect(tree.paths()).toEqual(['gone', ...foreign.toSorted()]);
    },
  );

  it('goes as a whole by leave', async () => {
    const tree = await createTree(PATHS, new Set(['gone/b/foreign']));
    expect((await tree.slice(FIRST, 1000, true)).next).toBeUndefined();
    expect(tree.paths()).toEqual([]);
    expect(tree.report).toEqual([{ container: 'lake', path: 'gone', verdict: 'deleted' }]);
  });

  it('loses what is foreign by leave also where it stays for something else', async () => {
    const tree = await createTree(PATHS, new Set(['gone/b/foreign', 'gone/d']), false, 'gone/b/1');
    expect((await tree.slice(FIRST, 1000, true)).next).toBeUndefined();
    expect(tree.paths()).toEqual(['gone', 'gone/b', 'gone/b/1']);
  });

  it('goes as a whole where all is ours', async () => {
    const tree = await createTree(PATHS, new Set());
    expect((await tree.slice(FIRST, 1000)).counts.byVerdict).toEqual({ deleted: 1 });
    expect(tree.paths()).toEqual([]);
  });
});
