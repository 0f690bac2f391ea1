import { describe, expect, it } from 'vitest';
import { checkVersion } from '../../src/setup-check/check-accounts.ts';
import { HEALTH_CODES } from '../../src/api/health-codes.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { type HealthEvidence, judgeHealth } from '../../src/status/judge-health.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const MINUTE = 60_000;
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE);
const LIMITS = { unprotectedWithinMs: 60 * MINUTE, liveWithinMs: 15 * MINUTE, provenWithinMs: 180 * MINUTE };
const REACHED = { source: undefined, backup: undefined, queue: undefined, state: undefined };

const SPOKEN = { refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false };
const VERSIONS = { source: SPOKEN, backup: SPOKEN };

const RUN = '2026-11-25T11-30-00Z-4f2a' as RunId;
const alert = (
  code: 'too-many-deletes' | 'run-abandoned' | 'source-container-missing',
  container?: string,
) => ({
  code,
  run: RUN,
  ...(container !== undefined && { container }),
});
const FINDINGS = {
  alerts: [
    ...['photos', 'docs', 'lake', 'web'].map((container) => alert('too-many-deletes', container)),
    alert('run-abandoned'),
  ],
  foreign: [
    { container: 'docs', count: 1200 },
    { container: 'photos', count: 1 },
  ],
};

const point = (minutes: number) => ({ at: ago(minutes).toISOString(), ageMs: minutes * MINUTE });

function evidence(changes: Partial<HealthEvidence> = {}, recovery = {}): HealthEvidence {
  return {
    now: NOW,
    source: 'photos',
    backup: 'photosbackup',
    recovery: {
      proven: { ...point(30), run: '2026-11-25T11-30-00Z-4f2a' },
      live: point(0),
      canary: { state: 'following', ageMs: 1100 },
      ...recovery,
    },
    unreachable: REACHED,
    versions: VERSIONS,
    canaryRefused: undefined,
    deadLetters: { count: 0, acknowledged: 0, isComplete: true },
    firstStart: ago(10_000),
    samples: { state: 'read', last: ago(1) },
    ...changes,
  };
}

const codes = (given: HealthEvidence, limits = LIMITS) => {
  const { status, problems } = judgeHealth(given, limits);
  return [status, ...problems.map(({ code }) => code)];
};

describe('health', () => {
  it('is ok when all is well', () => {
    expect(judgeHealth(evidence(), LIMITS)).toEqual({ status: 'ok', problems: [] });
  });

  it.each([
    ['live-behind', evidence({}, { live: point(15.1) })],
    ['canary-behind', evidence({}, { canary: { state: 'following', ageMs: 15.1 * MINUTE } })],
    ['canary-behind', evidence({}, { canary: { state: 'waiting', ageMs: 15.1 * MINUTE } })],
    ['proven-behind', evidence({}, { proven: { ...point(181), run: 'r' } })],
    ['proven-behind', evidence({ firstStart: ago(181) }, { proven: null })],
    ['source-unreachable', evidence({ unreachable: { ...REACHED, source: 'storage-forbidden' } })],
    ['backup-unreachable', evidence({ unreachable: { ...REACHED, backup: 'storage-unavailable' } })],
    ['queue-unreachable', evidence({ unreachable: { ...REACHED, queue: 'queue-refused' } }, { live: null })],
    ['state-unreachable', evidence({ unreachable: { ...REACHED, state: 'storage-unavailable' } })],
    ['dead-letters', evidence({ deadLetters: { count: 3, acknowledged: 2, isComplete: true } })],
    ['dead-letters', evidence({ deadLetters: { count: 3, acknowledged: 3, isComplete: false } })],
    ['app-silent', evidence({ samples: { state: 'read', last: ago(5.1) } })],
    ['clock-off', evidence({ clock: { state: 'off', aheadMs: 7_200_000, of: 'photos' } }, { live: null })],
  ])('fails with %s', (code, given) => {
    expect(codes(given)).toEqual(['failing', code]);
  });

  it.each([
    ['at the thresholds', evidence({}, { live: point(15), proven: { ...point(180), run: 'r' } })],
    ['right after a first start', evidence({ firstStart: undefined }, { proven: null })],
    ['within the grace of a first start', evidence({ firstStart: ago(180) }, { proven: null })],
    [
      'when all dead letters are acknowledged',
      evidence({ deadLetters: { count: 3, acknowledged: 3, isComplete: true } }),
    ],
    [
      'when dead letters are not known for another reason, which is told',
      evidence({ deadLetters: { count: 0, acknowledged: 0, isComplete: false } }),
    ],
    ['with a canary that is off', evidence({}, { canary: { state: 'off', ageMs: 1e9 } })],
    ['with a canary that is waited for', evidence({}, { canary: { state: 'waiting' } })],
  ])('is ok %s', (_when, given) => {
    expect(codes(given)).toEqual(['ok']);
  });

  it('does not judge the proven point where no timer begins full syncs', () => {
    const limits = { ...LIMITS, provenWithinMs: undefined };
    expect(judgeHealth(evidence({}, { proven: null }), limits).status).toBe('ok');
  });

  it('tells of a canary that cannot be written, and does not fail for it', () => {
    const given = evidence(
      { canaryRefused: 'storage-forbidden' },
      { canary: { state: 'following', ageMs: 1e9 } },
    );
    expect(codes(given)).toEqual(['ok', 'canary-not-written']);
  });

  it('fails if mirroring is paused because the pause document cannot be read', () => {
    expect(codes(evidence({ isPauseUnknown: true }))).toEqual(['failing', 'pause-unknown']);
  });

  it('tells of a document that cannot be read, and is no worse for it', () => {
    const damaged = ['activity/1', 'recovery/canary', 'recovery/history'];
    expect(judgeHealth(evidence({ damaged }), LIMITS)).toEqual({
      status: 'ok',
      problems: [
        {
          code: 'document-damaged',
          detail: 'The document activity/1 and 2 more of the state cannot be read: their content is unknown.',
          severity: 'warning',
        },
      ],
    });
  });

  it('tells of a document of a newer release as that, and is no worse for it', () => {
    expect(judgeHealth(evidence({ damaged: ['a'], tooNew: ['recovery/history'] }), LIMITS)).toMatchObject({
      status: 'ok',
      problems: [
        {
          code: 'document-damaged',
          detail: 'The document a of the state cannot be read: its content is unknown.',
        },
        {
          code: 'document-too-new',
          detail:
            'The document recovery/history of the state is in a format of a newer release, which this one cannot read: its content is unknown.',
        },
      ],
    });
  });

  it('names settings that are none, and is no worse for it', () => {
    const unknownSettings = ['BLOBMIRROR_LOGLEVEL is not a setting of this release'];
    expect(judgeHealth(evidence({ unknownSettings }), LIMITS)).toEqual({
      status: 'ok',
      problems: [
        {
          code: 'setting-unknown',
          detail: 'BLOBMIRROR_LOGLEVEL is not a setting of this release. It has no effect.',
          severity: 'warning',
        },
      ],
    });
  });

  it('tells all wrong clocks as one problem', () => {
    const workers = ['mine', 'other'].map((id) => ({
      id,
      seenAt: ago(1),
      startedAt: ago(9),
      settings: {},
      clockOff: { aheadMs: 120_000, of: 'photos' },
    }));
    const clock = { state: 'off', aheadMs: 7_200_000, of: 'photos' } as const;
    const { problems } = judgeHealth(
      evidence({ workers, worker: { id: 'mine', startedAt: ago(9) }, clock }, { live: null }),
      LIMITS,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.detail).toMatch(
      /^The clock of the worker that reports this is 2 h ahead.* nothing\. The clock of worker other is 2 min ahead/,
    );
  });

  it('tells a command of its own clock and settings as that', () => {
    const clock = { state: 'off', aheadMs: 7_200_000, of: 'photos' } as const;
    const settings = { BLOBMIRROR_TIER: 'a', BLOBMIRROR_ACL: 'b', BLOBMIRROR_OLD: 'c' };
    const workers = ['one', 'two'].map((id) => ({
      id,
      seenAt: ago(1),
      startedAt: ago(9),
      settings: { ...settings, BLOBMIRROR_NEW: 'd', ...(id === 'two' && { BLOBMIRROR_ACL: 'x' }) },
    }));
    const told = judgeHealth(evidence({ clock, settings, workers }, { live: null }), LIMITS).problems;
    expect(told[0]?.detail).toMatch(/^The clock of the machine that runs this command is 2 h ahead/);
    expect(told.at(-1)).toEqual({
      code: 'settings-differ',
      detail:
        'The settings of this command differ from those of two in BLOBMIRROR_ACL, so this command may judge health differently.',
      severity: 'warning',
    });
    expect(codes(evidence({ settings, workers: workers.slice(0, 1) }))).toEqual(['ok']);
  });

  it('fails while a guard waits, and reports runs that saw too little and foreign blobs, by container', () => {
    const { status, problems } = judgeHealth(evidence({ findings: FINDINGS }), LIMITS);
    expect(status).toBe('failing');
    expect(problems).toEqual([
      {
        code: 'guard-alerts',
        detail:
          'A guard of full syncs waits for a decision: too-many-deletes in photos, docs, lake and 1 more.',
        publicDetail: 'A guard of full syncs waits for a decision: too-many-deletes in 4 containers.',
        run: RUN,
      },
      {
        code: 'full-sync-incomplete',
        detail: 'The last full sync did not see everything: run-abandoned.',
        run: RUN,
        severity: 'warning',
      },
      {
        code: 'foreign-blobs',
        detail:
          'The last full sync found 1,201 blobs on the backup that the source lacks and the mirror did not write: docs (1,200), photos (1).',
        publicDetail:
          'The last full sync found 1,201 blobs on the backup that the source lacks and the mirror did not write, in 2 containers.',
        severity: 'warning',
      },
    ]);
    expect(codes(evidence({ findings: { ...FINDINGS, alerts: [] } }))).toEqual(['ok', 'foreign-blobs']);
  });

  it('says of a guard what helps where no permission does, and names a run only if it is the only one', () => {
    const missing = alert('source-container-missing', 'lost');
    const judge = (...alerts: (typeof missing)[]) =>
      judgeHealth(evidence({ findings: { alerts, foreign: [] } }), LIMITS).problems[0];
    const said = judge(missing);
    expect(said?.run).toBe(RUN);
    expect(said?.detail).toMatch(
      /source-container-missing in lost\. No option deletes .* delete it on the backup/,
    );
    expect(said?.publicDetail).not.toContain('lost');
    const other = { ...alert('too-many-deletes', 'photos'), run: '2026-11-25T10-30-00Z-4f2a' as RunId };
    expect(judge(missing, other)).not.toHaveProperty('run');
  });

  it.each([
    [
      '2026-10-06',
      undefined,
      'version 2026-10-06 of the storage services and every older one that Blobmirror speaks',
    ],
    ['2025-11-05', '2025-11-05', 'version 2025-11-05 of the storage services, which __apiVersion names'],
  ])('tells once of an account that takes no version, with what it refused: %s', (refused, spoken, what) => {
    const source = { refused, spoken, isTaken: false, isRefusedWhole: true };
    const given = evidence({
      unreachable: { ...REACHED, source: 'service-version-refused' },
      versions: { ...VERSIONS, source },
    });
    expect(judgeHealth(given, LIMITS).problems).toEqual([
      {
        code: 'source-unreachable',
        detail: `The source account photos cannot be read now (service-version-refused: ${what}).`,
      },
    ]);
    expect(checkVersion('source-version', 'photos', '2026-10-06', source)).toMatchObject({
      status: 'problem',
      detail: `it refuses ${what}`,
    });
  });

  it('names every problem there is, with sentences and known codes', () => {
    const { problems } = judgeHealth(
      evidence(
        {
          unreachable: {
            source: 'unexpected',
            backup: 'unexpected',
            queue: 'unexpected',
            state: 'unexpected',
          },
          damaged: ['recovery/canary', 'reconcile/runs/1'],
          tooNew: ['recovery/history', 'recovery/waiting'],
          unknownSettings: ['BLOBMIRROR_ZOO is not a setting of this release'],
          isPauseUnknown: true,
          findings: FINDINGS,
          recorded: {
            keys: [{ container: 'photos', path: 'a', reason: 'backup-leased', since: ago(61).toISOString() }],
            more: 0,
            isComplete: true,
          },
          credentials: [
            { name: 'the SAS of a', endsAt: ago(1) },
            { name: 'the SAS of b', endsAt: ago(-1) },
            { name: 'the SAS of c', unknown: 'it names none' },
          ],
          workers: [{ id: 'w', seenAt: ago(1), clockOff: { aheadMs: 120_000, of: 'photos' } }],
          deadLetters: { count: 1200, acknowledged: 0, isComplete: false },
          samples: { state: 'read', last: ago(60) },
          clock: { state: 'off', aheadMs: -120_000, of: 'photos' },
        },
        { live: point(20), proven: null, canary: { state: 'waiting', ageMs: 1e9 } },
      ),
      LIMITS,
    );
    // Less those of a start, of the canary and of the API version, and `settings-wrong`, which an app tells that cannot judge.
    expect(problems).toHaveLength(Object.keys(HEALTH_CODES).length - 4);
    for (const { code, detail } of problems) {
      expect(Object.keys(HEALTH_CODES)).toContain(code);
      expect(detail).toMatch(/^[A-Z\d].*\.$/);
    }
    expect(problems.at(-1)?.detail).toBe(
      'At least 1,200 dead letters not acknowledged: changes that are not mirrored.',
    );
  });
});
