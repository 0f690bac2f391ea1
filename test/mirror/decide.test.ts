import { describe, expect, it } from 'vitest';
import { EMPTY_STAGE_MS, decide } from '../../src/mirror/decide.ts';
import type { Decision } from '../../src/mirror/decision.ts';
import { parseEtag } from '../../src/model/etag.ts';
import type { BlobAbsent, BlobPresent } from '../../src/model/reading.ts';
import type { Stamp } from '../../src/model/stamp.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import type { SkipReason } from '../../src/model/verdict.ts';

const SOURCE = 'sourceaccount';
const SIDES = { source: SOURCE, backup: 'backupaccount', isTree: true };
const NOON = new Date('2026-01-01T12:00:00Z');
const after = (ms: number): Date => new Date(NOON.getTime() + ms);

const blob = (changes: Partial<BlobPresent> = {}): BlobPresent => ({
  present: true,
  etag: parseEtag('0xA'),
  lastModified: new Date('2026-01-01T00:00:00Z'),
  size: 3,
  kind: 'block',
  contentMd5: 'md5',
  headers: {},
  metadata: {},
  stamp: undefined,
  archived: false,
  ...changes,
});
const stamp = (etag: string, account = SOURCE): Stamp => ({
  account,
  etag: parseEtag(etag),
  lastModified: new Date(0),
});
const absent: BlobAbsent = { present: false, container: 'exists' };
const containerAbsent: BlobAbsent = { present: false, container: 'missing' };

/** What the table's cells are reached with: an equal MD5 counts only for who trusts it. */
const TRUST: Partial<Policy> = { declaredMd5: 'trust' };
const MIRROR: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'mirror',
  acl: 'mirror',
};

const SOURCES = {
  copyable: blob(),
  archived: blob({ archived: true }),
  'copy-pending': blob({ pendingCopy: { stamp: undefined } }),
  replica: blob({ stamp: stamp('0xB', 'backupaccount') }),
  'stray-replica': blob({ stamp: stamp('0x7', 'backupaccount') }),
} as const;

const backupFor = {
  'in-step': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0xA'), contentMd5: undefined }),
  'same-content': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0x9') }),
  stale: () => blob({ etag: parseEtag('0xB'), stamp: stamp('0x9'), contentMd5: 'another' }),
  'stale-archived': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0x9'), archived: true }),
  'fuller-than-a-stage': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0x9'), size: 99 }),
  arriving: () =>
    blob({ etag: parseEtag('0xB'), contentMd5: undefined, size: 0, pendingCopy: { stamp: stamp('0xA') } }),
  'other-kind': () => blob({ etag: parseEtag('0xB'), kind: 'append', stamp: stamp('0x9') }),
  'other-kind-versioned': () =>
    blob({ etag: parseEtag('0xB'), kind: 'append', stamp: stamp('0x9'), isVersioned: true }),
  'of-another-source': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0xA', 'thirdaccount') }),
} as const;

/** A source that a state of the backup asks for. */
const sourceFor = (source: BlobPresent, backupState: string): BlobPresent =>
  backupState === 'fuller-than-a-stage' ? { ...source, size: 0, lastModified: NOON, readAt: NOON } : source;

/** The decision that a move of the table stands for. */
function toDecision(move: string, source: BlobPresent, backup: BlobPresent): Decision {
  switch (move) {
    case 'nothing':
      return { action: 'nothing' };
    case 'copy':
      return { action: 'copy', source, condition: { ifMatch: backup.etag } };
    case 'restamp':
      return { action: 'restamp', source, backup };
    case 'replace':
      return { action: 'replace', source, ifMatch: backup.etag };
    case 'wait':
      return { action: 'wait' };
    default:
      return { action: 'skip', reason: move as SkipReason };
  }
}

/**
 * What is expected where both sides have the blob, written out: a row for each state of the backup, a column for a source
 * that is copyable, archived and being copied.
 */
const BOTH: Readonly<Record<keyof typeof backupFor, readonly [string, string, string]>> = {
  'in-step': ['nothing', 'nothing', 'nothing'],
  'same-content': ['restamp', 'restamp', 'source-copy-pending'],
  stale: ['copy', 'source-archived', 'source-copy-pending'],
  'stale-archived': ['replace', 'source-archived', 'source-copy-pending'],
  'fuller-than-a-stage': ['source-still-written', 'source-archived', 'source-copy-pending'],
  arriving: ['wait', 'wait', 'source-copy-pending'],
  'other-kind': ['replace', 'source-archived', 'source-copy-pending'],
  'other-kind-versioned': ['backup-versions-of-another-kind', 'source-archived', 'source-copy-pending'],
  'of-another-source': ['backup-of-another-source', 'backup-of-another-source', 'backup-of-another-source'],
};

describe('decide, both sides present', () => {
  const cells = Object.entries(BOTH).flatMap(([backupState, [copyable, archived, pending]]) =>
    Object.entries({
      copyable,
      archived,
      'copy-pending': pending,
      // Whatever the backup has: what came from it is never mirrored back.
      replica: 'replica-of-the-backup',
      'stray-replica': 'replica-not-on-backup',
    }).map(([sourceState, move]) => ({ move, sourceState, backupState })),
  );
  it.each(cells)(
    'answers $move to a source that is $sourceState and a backup that is $backupState',
    ({ move, sourceState, backupState }) => {
      const source = sourceFor(SOURCES[sourceState as keyof typeof SOURCES], backupState);
      const backup = backupFor[backupState as keyof typeof backupFor]();
      const policy = { ...MIRROR, ...TRUST };
      expect(decide(SIDES, source, backup, policy)).toEqual(toDecision(move, source, backup));
    },
  );
});

describe('decide, only the source present', () => {
  it.each([
    ['copyable', 'copy'],
    ['archived', 'source-archived'],
    ['copy-pending', 'source-copy-pending'],
    ['stray-replica', 'replica-not-on-backup'],
  ] as const)('to a source that is %s answers %s', (sourceState, move) => {
    const source = SOURCES[sourceState];
    const decision = decide(SIDES, source, absent, MIRROR);
    expect(decision).toEqual(
      move === 'copy'
        ? { action: 'copy', source, condition: { nothingThere: true } }
        : { action: 'skip', reason: move },
    );
  });

  it('copies just so when the backup lacks the container, which is made before', () => {
    expect(decide(SIDES, blob(), containerAbsent, MIRROR)).toEqual(decide(SIDES, blob(), absent, MIRROR));
  });
});

describe('decide, only the backup present', () => {
  const owned = {
    ours: blob({ etag: parseEtag('0xB'), stamp: stamp('0x9') }),
    foreign: blob({ etag: parseEtag('0xB') }),
    'foreign-no-room': blob({ etag: parseEtag('0xB'), metadata: { full: 'x'.repeat(8150) } }),
    'of-another-source': blob({ etag: parseEtag('0xB'), stamp: stamp('0x9', 'thirdaccount') }),
  } as const;
  it.each([
    ['exists', 'mirror', 'ours', 'delete'],
    ['exists', 'mirror', 'foreign', 'backup-foreign'],
    ['exists', 'mirror', 'foreign-no-room', 'backup-foreign-no-room'],
    ['exists', 'mirror', 'of-another-source', 'backup-of-another-source'],
    ['exists', 'keep', 'ours', 'deletes-are-kept'],
    ['exists', 'keep', 'foreign', 'deletes-are-kept'],
    ['exists', 'keep', 'foreign-no-room', 'deletes-are-kept'],
    ['exists', 'keep', 'of-another-source', 'backup-of-another-source'],
    // A container that is missing proves nothing of its blobs.
    ['missing', 'mirror', 'ours', 'source-container-missing'],
    ['missing', 'mirror', 'foreign', 'source-container-missing'],
    ['missing', 'mirror', 'foreign-no-room', 'source-container-missing'],
    ['missing', 'mirror', 'of-another-source', 'backup-of-another-source'],
    ['missing', 'keep', 'ours', 'source-container-missing'],
    ['missing', 'keep', 'foreign', 'source-container-missing'],
    ['missing', 'keep', 'foreign-no-room', 'source-container-missing'],
    ['missing', 'keep', 'of-another-source', 'backup-of-another-source'],
  ] as const)(
    "when the source's container %s, deletes are to be %s and the backup's blob is %s, answers %s",
    (container, deletes, ownership, move) => {
      const source: BlobAbsent = { present: false, container };
      const decision = decide(SIDES, source, owned[ownership], { ...MIRROR, deletes });
      expect(decision).toEqual(
        move === 'delete' ? { action: 'delete', ifMatch: '0xB' } : { action: 'skip', reason: move },
      );
    },
  );

  it('deletes what is foreign by leave alone, and never what was mirrored from another source', () => {
    const leave: Policy = { ...MIRROR, foreign: 'delete' };
    for (const ownership of ['foreign', 'foreign-no-room'] as const)
      expect(decide(SIDES, absent, owned[ownership], leave)).toEqual({ action: 'delete', ifMatch: '0xB' });
    expect(decide(SIDES, absent, owned['of-another-source'], leave)).toMatchObject({ action: 'skip' });
  });

  it('takes for ours what we left unfinished, by its mark', () => {
    for (const mark of [
      { unfinishedCopy: { stamp: stamp('0x9') } },
      { pendingCopy: { stamp: stamp('0x9') } },
    ]) {
      const backup = blob({ etag: parseEtag('0xB'), ...mark });
      expect(decide(SIDES, absent, backup, MIRROR)).toEqual({ action: 'delete', ifMatch: '0xB' });
    }
  });
});

describe('decide', () => {
  it('does nothing when neither side is present', () => {
    for (const source of [absent, containerAbsent]) {
      for (const backup of [absent, containerAbsent]) {
        expect(decide(SIDES, source, backup, MIRROR)).toEqual({ action: 'nothing' });
      }
    }
  });

  it('judges sync by the stamp alone: same size, and a backup that looks newer, are no sync (invariant 6)', () => {
    const source = blob({ lastModified: new Date('2026-01-01T00:00:00Z') });
    const backup = blob({
      etag: parseEtag('0xB'),
      lastModified: new Date('2026-02-01T00:00:00Z'),
      stamp: stamp('0x9'),
      contentMd5: undefined,
    });
    expect(decide(SIDES, source, backup, MIRROR).action).toBe('copy');
  });

  it('leaves alone what was mirrored from another source, and does not delete it either', () => {
    const backup = blob({ stamp: stamp('0xA', 'thirdaccount') });
    const skip = { action: 'skip', reason: 'backup-of-another-source' };
    expect(decide(SIDES, blob(), backup, MIRROR)).toEqual(skip);
    expect(decide(SIDES, absent, backup, MIRROR)).toEqual(skip);
  });

  it('takes two unknown MD5s for no proof of equal content', () => {
    const source = blob({ contentMd5: undefined });
    expect(decide(SIDES, source, blob({ contentMd5: undefined, stamp: stamp('0x9') }), MIRROR).action).toBe(
      'copy',
    );
  });

  it('takes no MD5 of a page blob for a proof: it stays as it was when pages are written', () => {
    const source = blob({ kind: 'page' });
    expect(decide(SIDES, source, blob({ kind: 'page', stamp: stamp('0x9') }), MIRROR).action).toBe('copy');
  });

  it('takes an equal declared MD5 for no proof: any client may declare any', () => {
    expect(decide(SIDES, blob(), blob({ stamp: stamp('0x9') }), MIRROR).action).toBe('copy');
  });

  it('takes it for one where the user trusts every writer, with the size', () => {
    const trusting: Policy = { ...MIRROR, ...TRUST };
    expect(decide(SIDES, blob(), blob({ stamp: stamp('0x9') }), trusting).action).toBe('restamp');
    for (const change of [{ size: 4 }, { contentMd5: 'another' }])
      expect(decide(SIDES, blob(), blob({ ...change, stamp: stamp('0x9') }), trusting).action).toBe('copy');
  });

  it('takes a stamp on content of another length for none: the copy was not whole', () => {
    const backup = blob({ etag: parseEtag('0xB'), stamp: stamp('0xA'), size: 0 });
    expect(decide(SIDES, blob(), backup, MIRROR)).toMatchObject({ action: 'copy' });
  });
});

describe('decide, a source that was just made empty', () => {
  const older = blob({ etag: parseEtag('0xB'), stamp: stamp('0x9') });
  const made = (readAt: Date | undefined, changes: Partial<BlobPresent> = {}): BlobPresent =>
    blob({ size: 0, lastModified: NOON, ...(readAt && { readAt }), ...changes });
  const HELD = { action: 'skip', reason: 'source-still-written' };

  it.each([
    { at: after(0), what: 'at once' },
    { at: after(EMPTY_STAGE_MS - 1000), what: 'for an hour' },
    { at: undefined, what: 'where the time of the reading is not known' },
  ])('holds what the backup has $what', ({ at }) => {
    expect(decide(SIDES, made(at), older, MIRROR)).toEqual(HELD);
    expect(
      decide({ ...SIDES, isTree: false }, made(at, { kind: 'append' }), { ...older, kind: 'append' }, MIRROR),
    ).toEqual(HELD);
  });

  it('follows it once it was left empty for an hour', () => {
    expect(decide(SIDES, made(after(EMPTY_STAGE_MS)), older, MIRROR)).toMatchObject({ action: 'copy' });
  });

  it('follows at once where nothing is lost by it, and on a flat account, where an upload is whole', () => {
    expect(decide(SIDES, made(after(0)), { ...older, size: 0 }, MIRROR)).toMatchObject({ action: 'copy' });
    expect(decide(SIDES, made(after(0)), absent, MIRROR)).toMatchObject({ action: 'copy' });
    expect(decide({ ...SIDES, isTree: false }, made(after(0)), older, MIRROR)).toMatchObject({
      action: 'copy',
    });
  });
});

describe('decide, a pair in step', () => {
  const inStep = (changes: Partial<BlobPresent> = {}) =>
    blob({ etag: parseEtag('0xB'), stamp: stamp('0xA'), ...changes });

  it('moves the backup to the tier that was set at the source', () => {
    expect(decide(SIDES, blob({ tier: 'Cool' }), inStep({ tier: 'Hot' }), MIRROR)).toEqual({
      action: 'set-tier',
      tier: 'Cool',
    });
    expect(decide(SIDES, blob({ tier: 'Archive', archived: true }), inStep(), MIRROR)).toEqual({
      action: 'set-tier',
      tier: 'Archive',
    });
    expect(decide(SIDES, blob({ tier: 'Cool' }), inStep({ tier: 'Cool' }), MIRROR)).toEqual({
      action: 'nothing',
    });
  });

  it('leaves the tier alone where none was set at the source, and where the service has none', () => {
    expect(decide(SIDES, blob(), inStep({ tier: 'Cool' }), MIRROR)).toEqual({ action: 'nothing' });
    expect(decide(SIDES, blob({ kind: 'page', tier: 'P10' }), inStep({ kind: 'page' }), MIRROR)).toEqual({
      action: 'nothing',
    });
  });

  it('sets no tier that the backup has by default, and one that it has not', () => {
    const inferred = inStep({ inferredTier: 'Hot' });
    for (const policy of [MIRROR, { ...MIRROR, tier: 'Hot' } as const])
      expect(decide(SIDES, blob({ tier: 'Hot' }), inferred, policy)).toEqual({ action: 'nothing' });
    expect(decide(SIDES, blob({ tier: 'Cool' }), inferred, MIRROR)).toEqual({
      action: 'set-tier',
      tier: 'Cool',
    });
  });

  it('keeps every backup in the one tier that the settings name', () => {
    const cold: Policy = { ...MIRROR, tier: 'Cold' };
    expect(decide(SIDES, blob({ tier: 'Hot' }), inStep({ tier: 'Hot' }), cold)).toEqual({
      action: 'set-tier',
      tier: 'Cold',
    });
    expect(decide(SIDES, blob({ tier: 'Hot' }), inStep({ tier: 'Cold' }), cold)).toEqual({
      action: 'nothing',
    });
  });

  it('compares tags only when they are mirrored and either side has any', () => {
    expect(decide(SIDES, blob({ tagCount: 1 }), inStep(), MIRROR)).toEqual({ action: 'compare-tags' });
    expect(decide(SIDES, blob(), inStep({ tagCount: 1 }), MIRROR)).toEqual({ action: 'compare-tags' });
    expect(decide(SIDES, blob({ tagCount: 0 }), inStep(), MIRROR)).toEqual({ action: 'nothing' });
    expect(decide(SIDES, blob({ tagCount: 1 }), inStep(), { ...MIRROR, tags: 'off' })).toEqual({
      action: 'nothing',
    });
  });
});

describe('decide, two accounts that mirror each other', () => {
  it('does not mirror a replica back, and mirrors what carries the stamp of a third account', () => {
    const replica = blob({ stamp: stamp('0x7', 'backupaccount') });
    expect(decide(SIDES, replica, blob({ etag: parseEtag('0x7') }), MIRROR)).toEqual({
      action: 'skip',
      reason: 'replica-of-the-backup',
    });
    // A copy of a replica under another name: the backup has nothing of it.
    expect(decide(SIDES, replica, absent, MIRROR)).toEqual({
      action: 'skip',
      reason: 'replica-not-on-backup',
    });
    const third = blob({ stamp: stamp('0x7', 'thirdaccount') });
    expect(decide(SIDES, third, absent, MIRROR)).toMatchObject({ action: 'copy' });
  });
});

describe('the access that a write must bring', () => {
  const access = { owner: 'o', group: 'g', permissions: 'rwxr-x---', acl: 'user::rwx,group::r-x,other::---' };
  const there = { ...access, group: 'another' };
  const missingOf = (source: BlobPresent, backup: Parameters<typeof decide>[2], policy = MIRROR): unknown => {
    const decision = decide(SIDES, source, backup, policy);
    return 'missing' in decision ? decision.missing : undefined;
  };
  const source = blob({ access });

  it('is what differs where the blob is overwritten, and nothing where it is the same', () => {
    expect(missingOf(source, { ...backupFor.stale(), access: there })).toEqual({ access, there });
    expect(missingOf(source, { ...backupFor.stale(), access })).toBeUndefined();
  });

  it('is all of it where the blob is new or replaced: the staged copy has none', () => {
    expect(missingOf(source, absent)).toEqual({ access });
    for (const state of ['other-kind', 'stale-archived'] as const)
      expect(missingOf(source, { ...backupFor[state](), access })).toEqual({ access });
  });

  it('is none where access is not mirrored', () => {
    expect(missingOf(source, absent, { ...MIRROR, acl: 'off' })).toBeUndefined();
  });
});
