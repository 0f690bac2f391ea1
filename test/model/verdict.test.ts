import { describe, expect, it } from 'vitest';
import {
  BLOCKED_REASONS,
  SKIP_MEANING,
  type SkipReason,
  holdsDeletions,
  lacksVersion,
} from '../../src/model/verdict.ts';

const ALL = Object.keys(SKIP_MEANING) as SkipReason[];
const reasonsThat = (rule: typeof lacksVersion) =>
  ALL.filter((reason) => rule({ verdict: 'skipped', reason })).toSorted();

describe('a version that the backup lacks may have its only copy under an older name:', () => {
  const BLOCKED = [
    'backup-has-snapshots',
    'backup-immutable',
    'backup-in-the-way',
    'backup-leased',
    'backup-of-another-source',
    'backup-versions-of-another-kind',
    'replica-not-on-backup',
  ];

  it('a rename keeps that name', () => {
    const expected = [...BLOCKED, 'source-archived', 'source-copy-pending', 'source-still-written'];
    expect(reasonsThat(lacksVersion)).toEqual(expected.toSorted());
    expect(BLOCKED_REASONS.toSorted()).toEqual([...BLOCKED, 'source-archived']);
  });

  it('a full sync of a tree holds its deletions', () => {
    expect(reasonsThat(holdsDeletions)).toEqual(BLOCKED);
  });
});
