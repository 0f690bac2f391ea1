import type { BlockBlobClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { copyInBlocks, planBlocks } from '../../../src/azure/copy/copy-in-blocks.ts';
import { startTimeBudget } from '../../../src/concurrency/deadline.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseKey } from '../../../src/model/key.ts';
import type { CopyRequest } from '../../../src/ports/backup-store.ts';

const SIDES = { backup: 'backupaccount', source: 'sourceaccount' };
const SIZE = 4;
const request = {
  key: parseKey('docs', 'a'),
  source: { etag: parseEtag('0x1'), size: 10, kind: 'block', headers: {}, contentMd5: undefined },
  metadata: {},
  condition: { nothingThere: true },
  tier: undefined,
  tags: {},
} as unknown as CopyRequest;
const blocks = planBlocks(SIDES.source, request, SIZE, 24);

/** A blob of the backup with uncommitted blocks, by index, of these lengths. */
async function copy(
  there: Readonly<Record<number, number>>,
  {
    isProven = true,
    staged: stagedAs = (count: number) => count,
  }: { isProven?: boolean; staged?: (count: number) => number } = {},
) {
  const uncommitted = new Map(Object.entries(there).map(([i, size]) => [blocks[Number(i)]?.id ?? '', size]));
  const staged: number[] = [];
  const committed: string[][] = [];
  const blob = {
    getBlockList: async () =>
      await Promise.resolve({ uncommittedBlocks: [...uncommitted].map(([name, size]) => ({ name, size })) }),
    commitBlockList: async (ids: string[]) => void (await Promise.resolve(committed.push(ids))),
  } as unknown as BlockBlobClient;
  const outcome = await copyInBlocks(
    blob,
    SIDES,
    request,
    { size: SIZE, atOnce: 1 },
    startTimeBudget({ budgetMs: 60_000, graceMs: 0 }),
    {
      stage: async ({ id, offset, count }) => {
        uncommitted.set(id, stagedAs(count));
        staged.push(offset);
        return await Promise.resolve({ kind: 'written' as const });
      },
      isProven,
    },
  ).catch((thrown: unknown) => (thrown as { code?: string }).code);
  return { staged, committed, outcome };
}

describe('blocks that are staged already', () => {
  const all = blocks.map(({ id }) => id);

  it('are not staged again', async () => {
    expect(await copy({ 0: 4, 2: 2 })).toEqual({
      staged: [4],
      committed: [all],
      outcome: { kind: 'written' },
    });
    expect(await copy({ 0: 4, 1: 4, 2: 2 })).toMatchObject({ staged: [], committed: [all] });
  });

  it('are staged again where their length is not that of the source', async () => {
    expect(await copy({ 0: 4, 1: 0, 2: 4 })).toMatchObject({ staged: [4, 8], committed: [all] });
  });

  it('are not committed where the service staged something else than it was asked to', async () => {
    expect(await copy({}, { isProven: false, staged: () => 0 })).toMatchObject({
      committed: [],
      outcome: 'copy-not-possible',
    });
    expect(await copy({}, { isProven: false })).toMatchObject({ committed: [all] });
  });
});
