import { describe, expect, it } from 'vitest';
import {
  type OwnWorker,
  type Samples,
  type WorkerReport,
  judgeSilence,
} from '../../src/status/judge-workers.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const last = (ms: number | undefined): Samples => ({
  state: 'read',
  last: ms === undefined ? undefined : ago(ms),
});
const worker = (id: string, started: number | undefined, seen = 0): WorkerReport => ({
  id,
  seenAt: ago(seen),
  ...(started !== undefined && { startedAt: ago(started) }),
});
const codes = (samples: Samples, workers: readonly WorkerReport[] = [], own?: OwnWorker) =>
  judgeSilence(samples, workers, NOW, own).map(({ code, severity }) => [code, severity].join(' ').trim());

describe('workers that take samples', () => {
  it.each([0, MINUTE, 5 * MINUTE])('are heard of when the last one is %d ms old', (ms) => {
    expect(codes(last(ms))).toEqual([]);
  });

  it('are silent after five minutes without a sample, and if there never was one', () => {
    expect(codes(last(5 * MINUTE + 1))).toEqual(['app-silent']);
    expect(codes(last(undefined))).toEqual(['app-silent']);
  });
});

describe('a worker that has just started', () => {
  it.each([
    [0, 'app-starting'],
    [2 * MINUTE, 'app-starting'],
    [2 * MINUTE + 1, 'app-silent'],
  ])('has two minutes for its first sample: after %d ms it is %s', (ms, code) => {
    for (const samples of [last(undefined), last(10 * MINUTE)]) {
      expect(codes(samples, [worker('a', ms)])).toEqual([code]);
      expect(codes(samples, [], { id: 'a', startedAt: ago(ms) })).toEqual([code]);
    }
  });

  it('has no more time where others before it have ended without a sample', () => {
    expect(codes(last(10 * MINUTE), [worker('a', 30 * SECOND), worker('b', 3 * MINUTE)])).toEqual([
      'app-silent',
    ]);
  });

  it('has time only if it started after the last sample', () => {
    expect(codes(last(6 * MINUTE), [worker('old', 7 * MINUTE), worker('new', MINUTE)])).toEqual([
      'app-starting',
    ]);
    expect(codes(last(6 * MINUTE), [worker('old', 7 * MINUTE)])).toEqual(['app-silent']);
  });

  it('started no later than it was seen, whatever its own clock says', () => {
    expect(codes(last(10 * MINUTE), [worker('ahead', -MINUTE, 3 * MINUTE)])).toEqual(['app-silent']);
    expect(codes(last(10 * MINUTE), [worker('ahead', -MINUTE, MINUTE)])).toEqual(['app-starting']);
  });

  it('does not say when it started if it is of an older release', () => {
    expect(codes(last(10 * MINUTE), [worker('a', undefined)])).toEqual(['app-silent']);
  });
});

describe('a history that cannot be read', () => {
  it('says nothing of samples while a worker reports', () => {
    for (const state of ['damaged', 'too new'] as const) {
      expect(codes({ state }, [worker('a', MINUTE)])).toEqual([]);
      expect(codes({ state }, [], { id: 'a', startedAt: ago(MINUTE) })).toEqual([]);
    }
  });

  it('leaves it open whether any worker is at work, which a newer release may know', () => {
    expect(codes({ state: 'damaged' })).toEqual(['app-silent']);
    expect(codes({ state: 'too new' })).toEqual(['app-silent warning']);
  });
});
