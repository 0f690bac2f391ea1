import { describe, expect, it } from 'vitest';
import { BACKUP_ONLY, BOTH_PRESENT, decide, type Decision, SOURCE_ONLY } from '../../src/mirror/decide.js';
import { parseEtag } from '../../src/model/etag.js';
import type { BlobAbsent, BlobPresent } from '../../src/model/reading.js';
import type { Stamp } from '../../src/model/stamp.js';
import type { SkipReason } from '../../src/model/verdict.js';

const SOURCE = 'sourceaccount';
const GIB = 1024 ** 3;

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

const SOURCES = {
  copyable: blob(),
  archived: blob({ archived: true }),
  'other-kind': blob({ kind: 'page' }),
  'too-large': blob({ size: 5 * GIB }),
} as const;

const backupFor = {
  'in-step': () => blob({ etag: parseEtag('0xB'), stamp: stamp('0xA'), contentMd5: undefined, size: 99 }),
  'same-content': (source: BlobPresent) => ({ ...source, etag: parseEtag('0xB'), stamp: stamp('0x9') }),
  stale: () => blob({ etag: parseEtag('0xB'), stamp: stamp('0x9'), contentMd5: 'another' }),
} as const;

/** The decision that a move of the table stands for. */
function toDecision(move: string, source: BlobPresent, backup: BlobPresent): Decision {
  switch (move) {
    case 'nothing':
      return { action: 'nothing' };
    case 'copy':
      return { action: 'copy', source, condition: { ifMatch: backup.etag } };
    case 'restamp':
      return { action: 'restamp', source, backup };
    default:
      return { action: 'skip', reason: move as SkipReason };
  }
}

describe('decide, both sides present', () => {
  for (const [sourceState, row] of Object.entries(BOTH_PRESENT)) {
    for (const [backupState, move] of Object.entries(row)) {
      it(`answers ${move} to a source that is ${sourceState} and a backup that is ${backupState}`, () => {
        const source = SOURCES[sourceState as keyof typeof SOURCES];
        const backup = backupFor[backupState as keyof typeof backupFor](source);
        expect(decide(SOURCE, source, backup, { deletes: 'mirror' })).toEqual(
          toDecision(move, source, backup),
        );
      });
    }
  }
});

describe('decide, only the source present', () => {
  for (const [sourceState, move] of Object.entries(SOURCE_ONLY)) {
    it(`answers ${move} to a source that is ${sourceState}`, () => {
      const source = SOURCES[sourceState as keyof typeof SOURCES];
      const decision = decide(SOURCE, source, absent, { deletes: 'mirror' });
      expect(decision).toEqual(
        move === 'copy'
          ? { action: 'copy', source, condition: { nothingThere: true } }
          : { action: 'skip', reason: move },
      );
    });
  }

  it('makes the container first when the backup lacks it', () => {
    expect(decide(SOURCE, blob(), containerAbsent, { deletes: 'mirror' }).action).toBe(
      'create-container-and-copy',
    );
  });
});

describe('decide, only the backup present', () => {
  for (const [container, row] of Object.entries(BACKUP_ONLY)) {
    for (const [deletes, move] of Object.entries(row)) {
      it(`answers ${move} when the source's container is ${container} and deletes are to be ${deletes}`, () => {
        const source: BlobAbsent = { present: false, container: container as BlobAbsent['container'] };
        const decision = decide(SOURCE, source, blob({ etag: parseEtag('0xB') }), {
          deletes: deletes as 'mirror' | 'keep',
        });
        expect(decision).toEqual(
          move === 'delete' ? { action: 'delete', ifMatch: '0xB' } : { action: 'skip', reason: move },
        );
      });
    }
  }
});

describe('decide', () => {
  it('does nothing when neither side is present', () => {
    for (const source of [absent, containerAbsent]) {
      for (const backup of [absent, containerAbsent]) {
        expect(decide(SOURCE, source, backup, { deletes: 'mirror' })).toEqual({ action: 'nothing' });
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
    expect(decide(SOURCE, source, backup, { deletes: 'mirror' }).action).toBe('copy');
  });

  it("takes another account's stamp for no sync, even with an equal ETag", () => {
    const backup = blob({ stamp: stamp('0xA', 'otheraccount'), contentMd5: undefined });
    expect(decide(SOURCE, blob(), backup, { deletes: 'mirror' }).action).toBe('copy');
  });

  it('takes two unknown MD5s for no proof of equal content', () => {
    const source = blob({ contentMd5: undefined });
    expect(
      decide(SOURCE, source, blob({ contentMd5: undefined, stamp: stamp('0x9') }), { deletes: 'mirror' })
        .action,
    ).toBe('copy');
  });

  it('proves equal content by kind, size and MD5 together', () => {
    for (const change of [{ size: 4 }, { kind: 'append' as const }, { contentMd5: 'another' }]) {
      expect(
        decide(SOURCE, blob(), blob({ ...change, stamp: stamp('0x9') }), { deletes: 'mirror' }).action,
      ).toBe('copy');
    }
  });
});
