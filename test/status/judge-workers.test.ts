import { describe, expect, it } from 'vitest';
import {
  type WorkerReport,
  currentWorkers,
  otherClocksOff,
  settingsDiffer,
} from '../../src/status/judge-workers.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const SETTINGS = { BLOBMIRROR_DELETES: 'a', BLOBMIRROR_TIER: 'b', BLOBMIRROR_INCLUDE_PATHS: 'c' };

/** A worker that started and was last seen so many minutes ago. */
const worker = (id: string, started: number, seen: number, changed: object = {}): WorkerReport => ({
  id,
  startedAt: ago(started),
  seenAt: ago(seen),
  settings: { ...SETTINGS, ...changed },
});
const OTHER = { BLOBMIRROR_TIER: 'x', BLOBMIRROR_DELETES: 'y' };
const judge = (...workers: readonly WorkerReport[]) => settingsDiffer(currentWorkers(workers, NOW));

describe('workers with different settings', () => {
  it('are none while all say the same, or one is alone', () => {
    expect(judge()).toEqual([]);
    expect(judge(worker('a', 90, 1, OTHER))).toEqual([]);
    expect(judge(worker('a', 90, 1), worker('b', 50, 3))).toEqual([]);
  });

  it('are reported during a rollout, with the names of the settings and no more', () => {
    expect(judge(worker('old1', 900, 2), worker('old2', 900, 3), worker('new', 8, 1, OTHER))).toEqual([
      {
        code: 'settings-differ',
        detail:
          'Workers have different settings, seen for 6 min: new and old1, old2 differ in BLOBMIRROR_DELETES, BLOBMIRROR_TIER.',
        severity: 'warning',
      },
    ]);
  });

  it('fail health once two were seen beside each other for more than ten minutes', () => {
    expect(judge(worker('old', 900, 1), worker('new', 11, 1, OTHER))[0]?.severity).toBe('warning');
    const [problem] = judge(worker('old', 900, 1), worker('new', 11.1, 1, OTHER));
    expect(problem).toMatchObject({ code: 'settings-differ' });
    expect(problem?.severity).toBeUndefined();
  });

  it('end ten minutes after the last word of the one that went', () => {
    expect(judge(worker('old', 900, 10), worker('new', 30, 1, OTHER))).toHaveLength(1);
    expect(judge(worker('old', 900, 10.1), worker('new', 30, 1, OTHER))).toEqual([]);
  });

  it('are no matter of a setting that only one release knows', () => {
    expect(judge(worker('old', 90, 1), worker('new', 80, 1, { BLOBMIRROR_NEW: 'z' }))).toEqual([]);
  });

  it('are unknown for a worker that does not say them', () => {
    const old = { id: 'old', seenAt: ago(3) };
    expect(judge(old, worker('new', 80, 1))).toMatchObject([
      {
        code: 'settings-differ',
        detail: 'The settings of workers of an older release are unknown: old.',
        severity: 'warning',
      },
    ]);
    expect(judge({ ...old, seenAt: ago(11) }, worker('new', 80, 1))).toEqual([]);
  });
});

describe('wrong clocks of other workers', () => {
  const off = (id: string, aheadMs: number): WorkerReport => ({
    ...worker(id, 90, 1),
    clockOff: { aheadMs, of: 'photos' },
  });

  it('are told by the id of the worker, the worst first, while they are wrong', () => {
    expect(otherClocksOff([worker('a', 90, 1)])).toBeUndefined();
    expect(otherClocksOff([off('a', 7_200_000), worker('b', 9, 1)])).toBe(
      'The clock of worker a is 2 h ahead, compared with that of the account photos: full syncs that begin there prove nothing.',
    );
    expect(otherClocksOff([off('a', 120_000), off('b', -7_200_000)])).toBe(
      'The clocks of workers a, b are off, one of them 2 h behind, compared with that of the account photos: full syncs that begin there prove nothing.',
    );
  });
});
