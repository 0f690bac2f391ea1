import type { Run, RunId } from './run.ts';

/**
 * What stands for a run whose document can be read no more: it is over, so that it keeps no other run waiting, and it
 * proves nothing. Its id tells when it began.
 *
 * @param detail what is wrong with its document, as a sentence
 */
export function damagedRun(id: RunId, detail: string): Run {
  const startedAt = id.replace(/^(\S{10}T\d\d)-(\d\d)-(\d\d)Z.*$/, '$1:$2:$3.000Z');
  return {
    id,
    request: { dryRun: false, allowDeletes: [], reason: 'unknown' },
    state: 'damaged',
    mirror: 'damaged',
    startedAt,
    updatedAt: startedAt,
    endedAt: startedAt,
    shards: {},
    containers: {},
    counts: { inStep: 0, nominated: 0, bytesCopied: 0, byVerdict: {}, skipped: {}, failed: {} },
    samples: { repaired: [], skipped: [], failed: [] },
    alerts: [{ code: 'document-damaged', detail }],
    sourceListingFailed: true,
  };
}
