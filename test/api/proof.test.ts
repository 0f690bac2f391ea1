import { describe, expect, it } from 'vitest';
import { isProof, toProof } from '../../src/api/proof.ts';
import type { Run, ShardProgress } from '../../src/api/run.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { NOTHING_LISTED } from '../../src/reconcile/runs/record-slice.ts';
import { aRun } from '../support/a-run.ts';

const REQUEST = aRun().request;
const SHARD: ShardProgress = { container: 'photos', phase: 'compare', slices: 3, isDone: true };
const DONE: Partial<Run> = { state: 'done', mirror: 'm', shards: { c0: SHARD } };

describe('a full sync', () => {
  it('proves what was before it when it has looked at everything and is done', () => {
    expect(isProof(aRun(DONE), 'm')).toBe(true);
  });

  it.each<[string, Partial<Run>]>([
    ['that is under way', { state: 'deleting' }],
    ['that was cancelled', { state: 'cancelled' }],
    ['of one container', { request: { ...REQUEST, container: parseContainerName('photos') } }],
    ['of a prefix', { request: { ...REQUEST, prefix: '2026/' } }],
    ['that wrote nothing', { request: { ...REQUEST, dryRun: true } }],
    ['in which a listing of the source failed', { sourceListingFailed: true }],
    ['that gave a shard up', { shards: { c0: SHARD, c1: { ...SHARD, failed: 'storage-rejected' } } }],
    ['with a shard that is not done', { shards: { c0: SHARD, c1: { ...SHARD, isDone: false } } }],
    ['that did not walk a container it knew of', { shards: {}, containers: { photos: NOTHING_LISTED } }],
    ['that nobody knows the start of', { alerts: [{ code: 'clock-off', detail: '' }] }],
    ['of other accounts, scope or policy', { mirror: 'other' }],
  ])('proves nothing: one %s', (_what, changes) => {
    expect(isProof(aRun({ ...DONE, ...changes }), 'm')).toBe(false);
  });

  it('proves what was before it began, by the earliest clock, whatever happened until it ended', () => {
    const times = {
      startedAt: '2026-11-25T13:00:07.000Z',
      updatedAt: '2026-11-25T13:20:00.000Z',
      endedAt: '2026-11-25T13:20:01.000Z',
    };
    const provesUpTo = '2026-11-25T13:00:02.000Z';
    expect(toProof(aRun({ ...DONE, ...times, provesUpTo })).at).toBe(provesUpTo);
    expect(toProof(aRun({ ...DONE, ...times })).at).toBe(times.startedAt);
  });

  it('excepts by name what it left since it is still being written or copied at the source', () => {
    const reasons = ['source-still-written', 'source-copy-pending'];
    const run = aRun({
      ...DONE,
      counts: { ...aRun().counts, skipped: Object.fromEntries(reasons.map((reason) => [reason, 1])) },
      samples: {
        repaired: [],
        failed: [],
        skipped: reasons.map((reason) => ({ container: 'lake', path: reason, verdict: 'skipped', reason })),
      },
    });
    expect(toProof(run).excepted).toEqual({
      count: 2,
      sample: reasons.map((reason) => ({ container: 'lake', path: reason, reason })),
    });
  });

  it('says that it is unknown why a key is excepted where its document does not tell', () => {
    const skipped = [{ container: 'lake', path: 'a', verdict: 'skipped' }];
    const run = aRun({ ...DONE, samples: { repaired: [], failed: [], skipped } });
    expect(toProof(run).excepted.sample).toEqual([{ container: 'lake', path: 'a', reason: 'unknown' }]);
  });

  it('excepts what it skipped and what failed, and not what is as the settings want it', () => {
    const line = (path: string, rest: object) => ({ container: 'photos', path, verdict: 'x', ...rest });
    const run = aRun({
      ...DONE,
      counts: {
        ...aRun().counts,
        skipped: { 'source-archived': 4, 'deletes-are-kept': 1000, 'container-not-mirrored': 50 },
        failed: { 'storage-rejected': 1, 'container-not-mappable': 1 },
      },
      samples: {
        repaired: [line('r', {})],
        skipped: [line('a', { reason: 'source-archived' }), line('k', { reason: 'deletes-are-kept' })],
        failed: [line('f', { code: 'storage-rejected' }), line('', { code: 'container-not-mappable' })],
      },
      containers: {
        photos: { source: 7, backup: 8, inStep: 6, extras: 1, mirroredExtras: 1, bytes: 70 },
        old: { source: 1, backup: 1, inStep: 1, extras: 0, mirroredExtras: 0 },
      },
    });
    expect(toProof(run)).toEqual({
      run: run.id,
      at: run.startedAt,
      byReason: { 'source-archived': 4, 'storage-rejected': 1, 'container-not-mappable': 1 },
      excepted: {
        count: 6,
        sample: [
          { container: 'photos', path: 'f', reason: 'storage-rejected' },
          { container: 'photos', path: '', reason: 'container-not-mappable' },
          { container: 'photos', path: 'a', reason: 'source-archived' },
        ],
      },
      containers: [
        { name: 'photos', blobs: 7, bytes: 70, countedAt: run.startedAt },
        { name: 'old', blobs: 1, bytes: null, countedAt: run.startedAt },
      ],
    });
  });
});
