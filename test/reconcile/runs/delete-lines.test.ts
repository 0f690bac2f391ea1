import { expect, it } from 'vitest';
import { parseContainerName } from '../../../src/model/key.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { deleteSlice } from '../../../src/reconcile/runs/delete-slice.ts';
import { outcomeName } from '../../../src/reconcile/runs/run-document.ts';
import type { DeleteShard } from '../../../src/reconcile/shard.ts';
import { createMemoryAccount } from '../../memory/memory-account.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import { aRun } from '../../support/a-run.ts';

const PATHS = Array.from({ length: 60 }, (_, i) => `key-${String(i).padStart(2, '0')}`);

it.each([0, 3, 50, 1000])(
  'each key that only the backup has is checked once, in slices of %i looks at the clock',
  async (ms) => {
    const run = aRun({
      state: 'deleting',
      shards: { c0: { container: 'photos', phase: 'compare', slices: 1, isDone: true } },
    });
    const documents = new MemoryDocuments().through(immediately);
    const lines = documents.openLines('extras');
    for (const path of PATHS) await lines.write(JSON.stringify(path));
    await lines.close();
    const counted = {
      extras: PATHS.length,
      mirroredExtras: 0,
      extraCount: PATHS.length,
      extraLines: 'extras',
    };
    const outcome = {
      counts: NO_COUNTS,
      sample: [],
      listed: { source: 0, backup: 0 },
      follow: [],
      ...counted,
    };
    const name = outcomeName({ run: run.id, shard: 'c0', slice: 0 });
    await documents.write(name, outcome, { nothingThere: true });

    const checked: string[] = [];
    let slices = 0;
    let shard: DeleteShard | undefined = {
      run: run.id,
      shard: 'd0',
      slice: 0,
      phase: 'delete',
      container: parseContainerName('photos'),
      line: 0,
    };
    while (shard !== undefined && slices++ < 100) {
      let now = 0;
      const parts = {
        source: createMemoryAccount('sourceaccount'),
        backup: createMemoryAccount('backupaccount'),
        documents,
        foreign: 'keep' as const,
        clock: { now: () => now++, after: () => () => undefined },
        converge: async ({ path }: { path: string }) => {
          checked.push(path);
          return await Promise.resolve({ verdict: 'deleted' as const });
        },
      };
      const context = {
        budgetMs: ms,
        signal: new AbortController().signal,
        deleteForeign: false,
        report: async () => await Promise.resolve(),
      };
      const { next } = await deleteSlice(parts, run, shard, context);
      shard = next as DeleteShard | undefined;
    }
    expect(checked.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(PATHS);
  },
);
