import { describe, expect, it } from 'vitest';
import {
  DELETE_GUARD,
  type GuardedContainer,
  guardDeletions,
} from '../../../src/reconcile/runs/guard-deletions.js';

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

describe('what only the backup has', () => {
  it.each<[string, Partial<GuardedContainer>, ReturnType<typeof guardDeletions>]>([
    ['is few', of(1000, 1), undefined],
    ['is a hundred of a hundred and one', of(101, 100), undefined],
    ['is a hundred and one of a hundred and one', of(101, 101), 'too-many-deletes'],
    ['is a hundred and one of a thousand', of(1000, 101), 'too-many-deletes'],
    ['is a tenth of many', of(50_000, 5000), undefined],
    ['is more than a tenth of many', of(50_000, 5001), 'too-many-deletes'],
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
    [
      'is of an empty source, and nothing of it was mirrored from this source',
      { progress: { backup: 5, extras: 5, mirroredExtras: 0 }, source: 'empty' },
      'source-container-empty',
    ],

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
    const guard = { share: 0.5, number: 2 };
    expect(guardDeletions({ ...SOUND, ...of(10, 5) }, guard)).toBeUndefined();
    expect(guardDeletions({ ...SOUND, ...of(10, 6) }, guard)).toBe('too-many-deletes');
    expect(guardDeletions({ ...SOUND, ...of(3, 2) }, guard)).toBeUndefined();
    expect(guardDeletions({ ...SOUND, ...of(10, 1) }, { share: 0, number: 0 })).toBe('too-many-deletes');
  });
});
