import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBlobPath, parseContainerName } from '../../../src/model/key.ts';
import { comesBefore, comesBeforeInTree } from '../../../src/model/listing-order.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { BlobPage, ListRange } from '../../../src/ports/blob-reader.ts';
import { type SliceRest, findBoundary, nextShards } from '../../../src/reconcile/compare/next-shards.ts';
import type { CompareShard } from '../../../src/reconcile/shard.ts';

const SHARD: CompareShard = {
  run: 'r' as RunId,
  shard: 'c0',
  slice: 4,
  phase: 'compare',
  container: parseContainerName('photos'),
  prefix: 'p/',
  from: 'p/b',
  to: 'p/x',
  at: { source: 'p/d' },
  markers: { source: 'm' },
  again: ['p/c'],
  compared: [{ path: 'p/c', source: '1', backup: '2', equal: 3 }],
  root: true,
};
const at = { source: parseBlobPath('p/f'), backup: parseBlobPath('p/e') };
const LEFT: SliceRest = { rest: at, unfinished: [], compared: [], boundary: undefined, isRootLeft: false };
const SAME = { run: 'r', phase: 'compare', container: 'photos', prefix: 'p/' };

describe('what follows a slice', () => {
  it('is nothing where all is done', () => {
    expect(nextShards(SHARD, { ...LEFT, rest: undefined })).toEqual({});
  });

  it('is the rest of the shard, to the same end', () => {
    expect(nextShards(SHARD, LEFT)).toEqual({
      next: { ...SAME, shard: 'c0', slice: 5, from: 'p/b', to: 'p/x', at },
    });
  });

  it('is two halves that meet at the boundary and end where the shard ended', () => {
    expect(nextShards(SHARD, { ...LEFT, boundary: 'p/k' })).toEqual({
      next: { ...SAME, shard: 'c0', slice: 5, from: 'p/b', to: 'p/k', at },
      split: { ...SAME, shard: 'c0-4', slice: 0, from: 'p/k', to: 'p/x' },
    });
    const { to: _to, ...endless } = SHARD;
    expect(nextShards(endless, { ...LEFT, boundary: 'p/k' }).split).toEqual({
      ...SAME,
      shard: 'c0-4',
      slice: 0,
      from: 'p/k',
    });
  });

  it('has what the slice left, and only that', () => {
    const compared = [{ path: 'p/g', source: '1', backup: '2', equal: 9 }];
    const rest = { ...at, markers: { source: 'n', backup: undefined } };
    const left = { ...LEFT, rest, unfinished: ['p/g'], compared, isRootLeft: true };
    expect(nextShards(SHARD, left).next).toEqual({
      ...SAME,
      shard: 'c0',
      slice: 5,
      from: 'p/b',
      to: 'p/x',
      at,
      markers: { source: 'n' },
      again: ['p/g'],
      compared,
      root: true,
    });
    expect(nextShards(SHARD, { ...left, rest: undefined }).next).toMatchObject({
      isWalked: true,
      again: ['p/g'],
    });
  });
});

describe('a boundary', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '-', '0', 'é', '~'),
    minLength: 1,
    maxLength: 5,
  });
  const orders = fc.constantFrom(comesBefore, comesBeforeInTree);

  it('lies between the last path that was passed and another one before the end, in every order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
        fc.option(name, { nil: undefined }),
        orders,
        fc.nat(11),
        async (names, to, isBefore, passed) => {
          const listed = names.toSorted((one, other) => (isBefore(one, other) ? -1 : 1));
          const after = listed[passed % listed.length] ?? '';
          const list = async function* ({ from = '' }: ListRange): AsyncIterable<BlobPage> {
            await Promise.resolve();
            const entries = listed.filter((path) => !isBefore(path, from)).map((path) => ({ path }));
            yield { entries } as unknown as BlobPage;
          };
          const boundary = await findBoundary(list, isBefore, { prefix: '', after, to });
          if (boundary === undefined) return;
          expect(boundary).toMatch(/^[\u0021-\u007e]+$/);
          expect(isBefore(after, boundary)).toBe(true);
          const beyond = listed.filter((path) => !isBefore(path, boundary));
          expect(beyond.filter((path) => to === undefined || isBefore(path, to))).not.toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found where names are left on both sides', async () => {
    const listed = Array.from({ length: 90 }, (_, i) => `2026/${String(i).padStart(4, '0')}`);
    const list = async function* ({ from = '' }: ListRange): AsyncIterable<BlobPage> {
      await Promise.resolve();
      yield {
        entries: listed.filter((path) => path >= from).map((path) => ({ path })),
      } as unknown as BlobPage;
    };
    const boundary = await findBoundary(list, comesBefore, {
      prefix: '2026/',
      after: '2026/0009',
      to: '2026/0060',
    });
    expect(boundary).toBeDefined();
    expect((boundary ?? '') < '2026/0060').toBe(true);
  });
});
