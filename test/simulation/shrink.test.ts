import { describe, expect, it } from 'vitest';
import { unpinnedSource } from './mutants/unpinned-source.ts';
import { explain, search } from './search.ts';
import { shrink } from './shrink.ts';

describe('shrinking', () => {
  it('keeps what the failure needs and nothing else', async () => {
    const row = Array.from({ length: 200 }, (_, i) => (i * 7) % 10);
    const needsTwoLargeOnesInARow = async (candidate: readonly number[]): Promise<boolean> => {
      await Promise.resolve();
      return candidate.some((choice, i) => choice > 3 && (candidate[i + 1] ?? 0) > 4);
    };
    expect(await shrink(row, needsTwoLargeOnesInARow)).toEqual([4, 5]);
  });

  it('makes a short history of a long one that failed', async () => {
    const found = await search({ kind: 'flat', firstSeed: 1, histories: 500 }, unpinnedSource);
    const lines = await explain('flat', found?.seed ?? 0, unpinnedSource);
    expect(lines.at(-1)).toContain('two versions were mixed');
    expect(lines.length).toBeLessThanOrEqual(12);
    const story = lines.join('\n');
    expect(story).toMatch(/a user .*writes photos\/\w+: v1/);
    expect(story).toMatch(/worker 1 .*begins to copy onto the backup/);
  });

  it('returns nothing for a history that breaks no promise', async () => {
    expect(await explain('flat', 1)).toEqual(['the history of seed 1 breaks no promise']);
  });
});
