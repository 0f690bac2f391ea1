import { expect, it } from 'vitest';
import type { ShownKey } from '../../src/api/shown-key.ts';
import { describeKey } from '../../src/cli/describe-key.ts';

const AT = '2026-11-25T12:03:02.000Z';
const UNKNOWN = { isUnknown: true, code: 'storage-unavailable', detail: 'it did not answer' } as const;

const SHOWN: ShownKey = {
  at: AT,
  container: 'photos',
  path: 'a\u202Egpj.exe',
  verdict: { state: 'differs', detail: 'size; a check copies it', hint: 'Look.' },
  scope: { isMirrored: true, backupContainer: 'mirror-photos' },
  source: {
    account: 'photos',
    state: 'present',
    kind: 'block',
    etag: '"0x1"',
    lastModified: '2026-11-25T12:00:02.000Z',
    size: 2_000_000,
    tier: 'Hot',
    isTierInferred: true,
    access: { owner: 'ada', group: 'staff', permissions: 'rwxr-x---', acl: 'user::rwx' },
  },
  backup: { account: 'photosbackup', state: 'absent', container: 'missing' },
  decision: { action: 'skip', reason: 'backup-leased' },
  differences: [{ difference: 'metadata', name: 'Colour', source: 'red' }],
  waiting: {
    count: 1,
    read: 100_000,
    isComplete: false,
    messages: [
      {
        state: 'scheduled',
        event: 'Microsoft.Storage.BlobCreated',
        changedAt: '2026-11-25T12:00:02.000Z',
        scheduledFor: '2026-11-25T12:04:02.000Z',
        attempts: 2,
        lastError: 'storage-throttled',
      },
    ],
  },
  deadLetters: { count: 0, letters: [], isComplete: true },
  unprotected: {
    keys: [
      {
        container: 'photos',
        path: 'a',
        below: true,
        reason: 'backup-leased',
        hint: '',
        since: '2026-11-25T11:03:02.000Z',
        lastTry: null,
        namedBy: 'record',
      },
    ],
    isComplete: true,
  },
  lastFullSync: {
    run: {
      id: 'a-run',
      state: 'done',
      startedAt: '2026-11-25T11:03:02.000Z',
      endedAt: AT,
      alerts: ['shard-failed'],
    },
    lines: [{ container: 'photos', path: 'a', verdict: 'skipped', reason: 'backup-leased' }],
    isComplete: true,
  },
};

it('a key is told verdict first, with both sides beside each other, and names that cannot mislead', () => {
  const text = describeKey(SHOWN);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'key            photos/a\\u{202e}gpj.exe',
    'DIFFERS        size; a check copies it',
    'what to do     Look.',
  ]);
  for (const line of [
    /^a check would +skip: backup-leased$/m,
    /^on the backup +mirror-photos$/m,
    /^ +SOURCE photos +BACKUP photosbackup$/m,
    /^ +present +absent, like its container$/m,
    /^changed +2026-11-25 12:00:02 UTC \(3 min ago\)$/m,
    /^size +2,000,000 bytes \(2\.0 MB\)$/m,
    /^tier +Hot \(the default of the account\)$/m,
    /^access +ada:staff rwxr-x--- user::rwx$/m,
    /^metadata Colour +red$/m,
    /^waiting +at least 1 message: only the first 100,000 of the queue were looked at$/m,
    /^dead letters +0$/m,
    /^unprotected +all below a, backup-leased, since 2026-11-25 11:03:02 UTC \(1 h ago\), not tried since$/m,
    /^last full sync +a-run, begun 2026-11-25 11:03:02 UTC \(1 h ago\): skipped \(backup-leased\); it ended with alerts: shard-failed$/m,
    /2 failed attempts, storage-throttled, due 2026-11-25 12:04:02 UTC \(in 1 min\)$/m,
  ])
    expect(text).toMatch(line);
});

it('what could not be read of a key is unknown, not nothing', () => {
  const text = describeKey({
    ...SHOWN,
    verdict: { state: 'unknown', detail: 'it did not answer' },
    backup: { account: 'photosbackup', ...UNKNOWN },
    decision: null,
    differences: null,
    waiting: UNKNOWN,
    deadLetters: UNKNOWN,
    lastFullSync: UNKNOWN,
    unprotected: UNKNOWN,
  });
  expect(text).toMatch(/^UNKNOWN +it did not answer$/m);
  for (const what of ['a check would', 'waiting', 'dead letters', 'unprotected', 'last full sync'])
    expect(text).toMatch(new RegExp(`^${what} +\\(unknown\\)`, 'm'));
  expect(text).toContain('(unknown) storage-unavailable: it did not answer');
});

it('a check that would act says that the last one was stopped, and a report without the key proves no more than it does', () => {
  if (SHOWN.lastFullSync.isUnknown === true) throw new Error('it is known');
  const text = describeKey({
    ...SHOWN,
    decision: { action: 'copy', stoppedBy: 'backup-leased' },
    lastFullSync: { ...SHOWN.lastFullSync, lines: [] },
  });
  expect(text).toMatch(/^a check would +copy; the last check was stopped: backup-leased$/m);
  expect(text).toContain(
    ': it was not in the report of that run, so it was in step then, or did not exist; it ended with alerts',
  );
});
