import { describe, expect, it } from 'vitest';
import {
  BLOCKED_REASONS,
  SKIP_MEANING,
  type SkipReason,
  holdsDeletions,
  lacksVersion,
  type Verdict,
} from '../../src/model/verdict.ts';
import { isInStep, isIntended, reasonLeft } from '../../src/model/unprotected.ts';

const ALL = Object.keys(SKIP_MEANING) as SkipReason[];
const reasonsThat = (rule: (verdict: Verdict) => boolean) =>
  ALL.filter((reason) => rule({ verdict: 'skipped', reason })).toSorted();

describe('a key that a check leaves', () => {
  const INTENDED = ['deletes-are-kept', 'replica-of-the-backup'];
  const WAITS = ['source-copy-pending', 'source-still-written'];
  const LEFT = [
    'access-not-permitted',
    'backup-foreign',
    'backup-foreign-below',
    'backup-foreign-no-room',
    'backup-has-snapshots',
    'backup-immutable',
    'backup-in-the-way',
    'backup-leased',
    'backup-of-another-source',
    'backup-versions-of-another-kind',
    'directory-too-large',
    'replica-not-on-backup',
    'source-archived',
    'source-container-missing',
  ];

  it('is not protected, except where the settings say so, or while a message rechecks it', () => {
    expect(reasonsThat((verdict) => reasonLeft(verdict, true) !== undefined)).toEqual(LEFT);
    expect(reasonsThat((verdict) => reasonLeft(verdict) !== undefined)).toEqual(
      [...LEFT, ...WAITS].toSorted(),
    );
    expect(reasonsThat(isInStep)).toEqual(INTENDED);
    expect([...ALL, 'container-not-mirrored'].filter(isIntended).toSorted()).toEqual([
      'container-not-mirrored',
      ...INTENDED,
    ]);
  });
});

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
