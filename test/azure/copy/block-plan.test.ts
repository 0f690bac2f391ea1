import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planBlocks, toBlockSize } from '../../../src/azure/copy/copy-in-blocks.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseKey } from '../../../src/model/key.ts';
import type { CopyRequest } from '../../../src/ports/backup-store.ts';

const MIB = 1024 * 1024;
const TIB = MIB * MIB;

function request(size: number, etag = '0x1', path = 'a'): CopyRequest {
  const source = {
    present: true,
    etag: parseEtag(etag),
    lastModified: new Date(0),
    size,
    kind: 'block',
    contentMd5: undefined,
    headers: {},
    metadata: {},
    stamp: undefined,
    archived: false,
  } as const;
  const key = parseKey('docs', path);
  return { key, source, metadata: {}, condition: { nothingThere: true }, tier: undefined, tags: {} };
}

it('covers a blob of any size without a gap, in 50,000 blocks of 4,000 MiB at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 190 * TIB }), (size) => {
      const blockSize = toBlockSize(size, 32 * MIB);
      expect(blockSize).toBeLessThanOrEqual(4000 * MIB);
      const blocks = planBlocks('source', request(size), blockSize, 24);
      expect(blocks.length).toBeLessThanOrEqual(50_000);
      let end = 0;
      for (const { offset, count } of blocks) {
        expect(offset).toBe(end);
        end += count;
      }
      expect(end).toBe(size);
    }),
    { numRuns: 10, examples: [[0], [1], [190 * TIB]] },
  );
});

it('gives every block an id of its own, all of one length', () => {
  const blocks = planBlocks('source', request(300), 1, 24);
  expect(new Set(blocks.map(({ id }) => id)).size).toBe(300);
  expect(new Set(blocks.map(({ id }) => Buffer.from(id, 'base64').length))).toEqual(new Set([24]));
});

it('gives another id to the same part of another version, blob, account or plan', () => {
  const ids = [
    planBlocks('source', request(10), 4, 24),
    planBlocks('source', request(10, '0x2'), 4, 24),
    planBlocks('source', request(10, '0x1', 'b'), 4, 24),
    planBlocks('other', request(10), 4, 24),
    planBlocks('source', request(10), 5, 24),
  ].map(([first]) => first?.id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('gives the same ids every time', () => {
  expect(planBlocks('source', request(10), 4, 24)).toEqual(planBlocks('source', request(10), 4, 24));
});
