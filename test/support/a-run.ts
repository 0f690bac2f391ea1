import type { RunId } from '../../src/model/run-id.ts';
import type { Run } from '../../src/api/run.ts';

/** A run that has begun and found nothing yet, with the given changes. */
export function aRun(run: Partial<Run> = {}): Run {
  return {
    id: '2026-11-25T13-09-31Z-4f2a' as RunId,
    request: { dryRun: false, allowDeletes: [], reason: 'http' },
    state: 'comparing',
    mirror: '',
    startedAt: '2026-11-25T13:09:31.000Z',
    updatedAt: '2026-11-25T13:09:31.000Z',
    shards: {},
    containers: {},
    counts: { inStep: 0, nominated: 0, bytesCopied: 0, byVerdict: {}, skipped: {}, failed: {} },
    samples: { repaired: [], skipped: [], failed: [] },
    alerts: [],
    sourceListingFailed: false,
    ...run,
  };
}
