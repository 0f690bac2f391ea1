import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countDeletions,
  DELETE_GUARD,
  type GuardedContainer,
  guardDeletions,
} from '../../../src/reconcile/runs/guard-deletions.ts';

const SOUND: GuardedContainer = {
  progress: { backup: 1000, extras: 1, mirroredExtras: 1 },
  source: 'there',
  isAllowed: false,
  areDeletesKept: false,
  hasSourceListingFailed: false,
  hasShardFailed: false,
};

const of = (backup: number, extras: number) => ({ progress: { backup, extras, mirroredExtras: extras } });
const ALLOWED = { isAllowed: true } as const;

/** Entries on the backup, of which so many are ours and gone at the source, and so many are foreign. */
const beside = (foreign: number, backup: number, deletions: number) => ({
  progress: { backup, extras: foreign + deletions, mirroredExtras: deletions, deletions },
});

describe('what only the backup has', () => {
  it.each<[string, Partial<GuardedContainer>, ReturnType<typeof guardDeletions>]>([
    ['is few', of(1000, 1), undefined],
    ['is a hundred of two hundred', of(200, 100), undefined],
    ['is a hundred of a hundred and ninety-nine', of(199, 100), 'too-many-deletes'],
    ['is half of a few', of(10, 5), undefined],
    ['is more than half of a few', of(10, 6), 'too-many-deletes'],
    ['is 61 of 61', of(61, 61), 'too-many-deletes'],
    ['is a hundred and one of a hundred and one', of(101, 101), 'too-many-deletes'],
    ['is a hundred and one of a thousand', of(1000, 101), 'too-many-deletes'],
    ['is a tenth of many', of(50_000, 5000), undefined],
    ['is more than a tenth of many', of(50_000, 5001), 'too-many-deletes'],
    [
      'is one, and something blocks keys of a hierarchical source',
      { progress: { backup: 1000, extras: 1, mirroredExtras: 1, blocked: 1 } },
      'keys-blocked',
    ],
    ['is all of many, and the request names the container', { ...of(50_000, 50_000), ...ALLOWED }, undefined],

    ['is one, and the source is empty', { ...of(1, 1), source: 'empty' }, 'source-container-empty'],
    [
      'is more than a run may delete, and the source is empty',
      { ...of(1000, 1000), source: 'empty' },
      'source-container-empty',
    ],
    ['is of an empty source that the request names', { ...of(1, 1), source: 'empty', ...ALLOWED }, undefined],
    [
      'is one, and the source has no such container',
      { ...of(1, 1), source: 'missing' },
      'source-container-missing',
    ],
    [
      'is of a missing container that the request names',
      { ...of(1, 1), source: 'missing', ...ALLOWED },
      'source-container-missing',
    ],

    [
      'is of a missing container, and nothing of it was mirrored from this source',
      { progress: { backup: 5, extras: 5, mirroredExtras: 0 }, source: 'missing', ...ALLOWED },
      'container-not-mirrored',
    ],
    [
      'is of a missing container, and a single blob of it was mirrored from this source',
      { progress: { backup: 5, extras: 5, mirroredExtras: 1 }, source: 'missing' },
      'source-container-missing',
    ],
    ['is foreign, and the source is empty', { ...beside(60, 60, 0), source: 'empty' }, undefined],
    [
      'is foreign but for one blob, and the source is empty',
      { ...beside(60, 61, 1), source: 'empty' },
      'source-container-empty',
    ],
    ['is a thousand foreign blobs', beside(1000, 1001, 0), undefined],
    ['is all of ours beside a thousand foreign blobs', beside(1000, 1010, 10), 'too-many-deletes'],
    ['is a few of ours beside a thousand foreign blobs', beside(1000, 1010, 5), undefined],

    ['is few, and a listing of the source failed', { hasSourceListingFailed: true }, 'source-listing-failed'],
    [
      'is allowed by name, and a listing of the source failed',
      { hasSourceListingFailed: true, ...ALLOWED },
      'source-listing-failed',
    ],
    ['is few, and a shard was given up', { hasShardFailed: true }, 'shard-failed'],
    ['is allowed by name, and a shard was given up', { hasShardFailed: true, ...ALLOWED }, 'shard-failed'],
    ['is few, and the settings keep it', { areDeletesKept: true }, 'deletes-are-kept'],
    [
      'is allowed by name, and the settings keep it',
      { areDeletesKept: true, ...ALLOWED },
      'deletes-are-kept',
    ],
  ])('%s', (_, container, stopped) => {
    expect(guardDeletions({ ...SOUND, ...container }, DELETE_GUARD)).toBe(stopped);
  });

  it('is measured by the share and the number that are set', () => {
    const guard = { share: 0.6, number: 2 };
    expect(guardDeletions({ ...SOUND, ...of(10, 6) }, guard)).toBeUndefined();
    expect(guardDeletions({ ...SOUND, ...of(10, 7) }, guard)).toBe('too-many-deletes');
    expect(guardDeletions({ ...SOUND, ...of(4, 2) }, guard)).toBeUndefined();
    expect(guardDeletions({ ...SOUND, ...of(10, 1) }, { share: 0, number: 0 })).toBe('too-many-deletes');
  });

  it('is held by the rule for every number of entries, foreign ones, deletions and settings', () => {
    const count = fc.integer({ min: 0, max: 3000 });
    const settings = fc.record({
      share: fc.integer({ min: 0, max: 100 }).map((p) => p / 100),
      number: count,
    });
    fc.assert(
      fc.property(count, count, count, settings, (inStep, deletions, foreign, guard) => {
        const all = inStep + deletions;
        const isHeld =
          deletions > 0 &&
          (deletions > Math.max(guard.share * all, Math.min(guard.number, all / 2)) ||
            (inStep === 0 && all >= 5));
        const container = { ...SOUND, ...beside(foreign, all + foreign, deletions) };
        expect(guardDeletions(container, guard)).toBe(isHeld ? 'too-many-deletes' : undefined);
      }),
    );
  });

  it.each([4, 5])('of which all %i go is held from five entries on, whatever share is set', (all) => {
    const stopped = guardDeletions({ ...SOUND, ...of(all, all) }, { share: 1, number: 1000 });
    expect(stopped).toBe(all < 5 ? undefined : 'too-many-deletes');
  });

  it('is counted as all of it where a document of a former release does not tell', () => {
    expect(countDeletions({ backup: 10, extras: 4 })).toEqual({ all: 10, deletions: 4 });
  });
});
