import { describe, expect, it } from 'vitest';
import { createMemoryPair } from '../../support/memory-pair.ts';
import type { AdoptResult } from '../../../src/mirror/listed-keys.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseBlobPath, parseContainerName } from '../../../src/model/key.ts';
import { SliceAdoption } from '../../../src/reconcile/compare/slice-adoption.ts';

const PATH = parseBlobPath('long');
const PROGRESS = { source: parseEtag('0x1'), backup: parseEtag('0x2'), equal: 8 };
const UNFINISHED: AdoptResult = { unfinished: { ...PROGRESS, equal: 16 } };

describe('the progress of a comparison', () => {
  it.each<[string, AdoptResult | undefined, number | undefined]>([
    ['that is not finished goes on from there', UNFINISHED, 16],
    ['that found the blob equal is over', { verdict: { verdict: 'in-sync' }, hasMore: false }, undefined],
    ['that found the blob different is over', undefined, undefined],
  ])('%s', async (_, result, equal) => {
    const asked: unknown[] = [];
    const adoption = new SliceAdoption(
      {
        ...createMemoryPair(),
        container: parseContainerName('photos'),
        by: 'read',
        mustStop: () => false,
        adopt: async (_key, { compared }) => {
          asked.push(compared);
          return await Promise.resolve(result);
        },
      },
      [{ path: PATH, ...PROGRESS }],
    );
    expect(adoption.isUnderWay(PATH)).toBe(true);
    await adoption.adopt(PATH, undefined);
    expect(asked).toEqual([PROGRESS]);
    expect(adoption.compared).toEqual(equal === undefined ? [] : [{ path: PATH, ...PROGRESS, equal }]);
    expect(adoption.isUnderWay(PATH)).toBe(equal !== undefined);
  });
});
