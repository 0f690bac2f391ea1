import { describe, expect, it } from 'vitest';
import { HEALTH_CODES } from '../../src/api/health-codes.ts';
import { describeStatus } from '../../src/cli/describe-status.ts';
import { NO_ACTIVITY, type Status } from '../../src/api/status.ts';
import { toSummary } from '../../src/api/run.ts';
import { NO_RULES } from '../support/no-rules.ts';
import { aRun } from '../support/a-run.ts';

const AT = '2026-11-25T12:03:02.000Z';

function status(changes: Partial<Status> = {}): Status {
  return {
    at: AT,
    source: 'photos',
    backup: 'photosbackup',
    statement: 'proven up to 12:00:00, live up to 12:03:02, canary 1.1 s',
    recovery: {
      proven: { at: '2026-11-25T12:00:00.000Z', ageMs: 182_000, run: '2026-11-25T12-00-00Z-4f2a' },
      live: { at: AT, ageMs: 0 },
      canary: { state: 'following', ageMs: 1100, writtenAt: AT },
      excepted: { count: 0, sample: [] },
    },
    health: { status: 'ok', problems: [] },
    backlog: { messages: 0, scheduled: 0, bytes: 0, isComplete: true, byAge: [] },
    deadLetters: { count: 0, isComplete: true, acknowledged: 0, byCode: {} },
    activity: NO_ACTIVITY,
    history: [],
    containers: [],
    scope: NO_RULES,
    runs: [],
    ...changes,
  };
}

describe('a status for people', () => {
  it('begins with the statement and the health', () => {
    expect(describeStatus(status(), {}).split('\n').slice(0, 2)).toEqual([
      'proven up to 12:00:00, live up to 12:03:02, canary 1.1 s',
      'health ok at 2026-11-25 12:03:02 UTC, photos -> photosbackup',
    ]);
  });

  it('shows the reason of a pause on one line, so that it cannot pass for a line of the status', () => {
    const paused = { since: AT, by: 'me\nhealth ok', reason: 'a move\nhealth ok' };
    const lines = describeStatus(status({ paused }), {}).split('\n');
    expect(lines.filter((line) => line.startsWith('health ok'))).toHaveLength(1);
    expect(lines).toContainEqual(expect.stringMatching(/^PAUSED since .* by me.*: a move/));
  });

  it('names a mirror that has a name', () => {
    expect(describeStatus(status({ name: 'docs' }), {})).toContain(
      ' UTC, photos -> photosbackup, mirror docs\n',
    );
  });

  it('says what the settings mirror, and what not', () => {
    expect(describeStatus(status(), {})).toMatch(/^mirrored +all containers$/m);
    const scope = {
      containers: { include: ['photos', 'docs-*'], exclude: ['docs-tmp'] },
      paths: { include: [], exclude: ['*/cache/'] },
      patterns: { include: ['*.jpg'], exclude: [] },
      names: { photos: 'pictures' },
      namePrefix: 'of-source-',
    };
    const text = describeStatus(status({ scope }), {});
    expect(text).toMatch(/^mirrored +containers photos, docs-\*; of them name \*\.jpg$/m);
    expect(text).toMatch(/^not mirrored +container docs-tmp; path \*\/cache\/…$/m);
    expect(text).toMatch(
      /^names +photos is pictures on the backup; the names of all others begin with of-source- there$/m,
    );
  });

  it('does not show 0 when dead letters could not be counted', () => {
    const counts = { count: 0, isComplete: false, acknowledged: 0, byCode: {} };
    expect(describeStatus(status({ deadLetters: counts }), {})).toMatch(/^dead letters +\(unknown\)$/m);
  });

  it('does not show 0 for what could not be read, nor old values as those of now', () => {
    const unread = status({
      stateAsOf: null,
      recovery: {
        proven: null,
        live: null,
        canary: { state: 'waiting', isUnknown: true },
        excepted: { count: 0, isComplete: false, sample: [] },
      },
      backlog: { ...status().backlog, isComplete: false, isUnknown: true },
      deadLetters: { ...status().deadLetters, isComplete: false, isUnknown: true },
    });
    const text = describeStatus(unread, {});
    expect(text).toContain("The mirror's state cannot be read, so these are unknown: proven, pause,");
    for (const what of ['proven', 'live', 'canary', 'waiting', 'dead letters', 'last hour'])
      expect(text).toMatch(new RegExp(`^${what} +\\(unknown\\)$`, 'm'));
    expect(text).toContain('there may be more excepted keys');
    expect(describeStatus(status({ stateAsOf: '2026-11-25T11:00:00.000Z' }), {})).toContain(
      'these are as of 2026-11-25 11:00:00 UTC: proven, pause,',
    );
  });

  it('shows each problem, what to do, and the next command, with the same --local', () => {
    const failing = status({
      health: {
        status: 'failing',
        problems: [
          { code: 'dead-letters', detail: '3 dead letters not acknowledged.' },
          { code: 'of-a-newer-worker', detail: 'Who knows.' },
          { code: 'guard-alerts', detail: 'A guard waits.', run: 'RUN' },
          { code: 'setting-unknown', detail: 'No setting.', severity: 'warning' },
        ],
      },
      paused: { since: '2026-11-25T11:00:00.000Z', by: 'ada', reason: 'a move' },
    });
    const lines = describeStatus(failing, { local: 'env.json' }).split('\n');
    expect(lines.slice(1, 16)).toEqual([
      'health FAILING at 2026-11-25 12:03:02 UTC, photos -> photosbackup',
      'PAUSED since 2026-11-25 11:00:00 UTC by ada: a move',
      '',
      'dead-letters: 3 dead letters not acknowledged.',
      '  what to do: Fix what their codes name, then replay them; or acknowledge them to clear this problem.',
      '  next: blobmirror deadletter list --local=env.json',
      'of-a-newer-worker: Who knows.',
      'guard-alerts: A guard waits.',
      `  what to do: ${HEALTH_CODES['guard-alerts'].toDo}`,
      '  next: blobmirror reconcile show --local=env.json RUN',
      'warning setting-unknown: No setting.',
      `  what to do: ${HEALTH_CODES['setting-unknown'].toDo}`,
      '  next: blobmirror check --local=env.json',
      'Mirroring is paused.',
      '  next: blobmirror resume --local=env.json',
    ]);
  });

  it('shows the backlog by age, exceptions, containers and the latest full syncs', () => {
    const text = describeStatus(
      status({
        recovery: {
          ...status().recovery,
          excepted: {
            count: 12,
            sample: [{ container: 'photos', path: 'a b\u001B[2J', reason: 'source-archived' }],
          },
        },
        backlog: {
          messages: 1200,
          scheduled: 7,
          bytes: 2048,
          isComplete: false,
          byAge: [
            { bucket: '0-5 min', messages: 1200, bytes: 2048 },
            { bucket: 'more', messages: 0, bytes: 0 },
          ],
        },
        deadLetters: { count: 2, isComplete: true, acknowledged: 1, byCode: { 'storage-rejected': 2 } },
        activity: { ...status().activity, changes: 40, bytes: 400, lagP50Ms: 90, lagP99Ms: 2100 },
        containers: [
          { name: 'small', blobs: 1, bytes: null, countedAt: AT, lastMirroredAt: null },
          { name: 'photos', blobs: 1000, bytes: 1_500_000, countedAt: AT, lastMirroredAt: AT },
        ],
        runs: [
          toSummary(aRun({ state: 'done', counts: { ...aRun().counts, inStep: 1000, failed: { x: 2 } } })),
        ],
      }),
      {},
    );
    expect(text).toMatch(/^waiting +at least 1,200 changes, 2\.0 kB, 7 scheduled for a retry$/m);
    expect(text).toMatch(/^ {2}0-5 min +1,200, 2\.0 kB$/m);
    expect(text).not.toMatch(/^ {2}more/m);
    expect(text).toMatch(/^dead letters +2, 1 acknowledged: storage-rejected 2$/m);
    expect(text).toMatch(/^last hour +40 changes, 400 B, lag 0\.1 s \(p50\), 2\.1 s \(p99\)$/m);
    expect(text).toMatch(
      /^photos\/a b\\u\{1b\}\[2J +source-archived\nand 11 more\n {2}source-archived: The source blob is in the archive tier /m,
    );
    expect(text).toMatch(/^photos +1,000 +1\.5 MB +2026-11-25 12:03:02 UTC\nsmall +1 +\(unknown\)$/m);
    expect(text).toMatch(/^2026-11-25T13-09-31Z-4f2a +done +1,000 in step, 2 failed$/m);
  });

  it('names large blobs that were copied though their content was probably the same, and why', () => {
    const copy = { container: 'disks', path: 'a.vhd', bytes: 2 ** 40, at: '2026-11-25T12:00:00.000Z' };
    const told = describeStatus(status({ activity: { ...status().activity, copiedAgain: [copy] } }), {});
    expect(told).toMatch(/COPIED AGAIN +SIZE\ndisks\/a\.vhd +1\.1 TB\n.*does not prove equal content/);
    expect(describeStatus(status(), {})).not.toContain('COPIED AGAIN');
  });

  it('shows (unknown) for what cannot be read', () => {
    const health: Status['health'] = {
      status: 'failing',
      problems: [{ code: 'state-unreachable', detail: 'It cannot be read.' }],
    };
    const recovery = { ...status().recovery, proven: null, live: null };
    expect(describeStatus(status({ recovery }), {})).toMatch(/^proven +\(nothing yet\)\nlive +\(unknown\)$/m);
    expect(describeStatus(status({ recovery, health, stateAsOf: null }), {})).toMatch(
      /^proven +\(unknown\)$/m,
    );
  });
});
