import { z } from 'zod';
import type { Run } from '../../api/run.ts';
import { type FoundDocument, documentKind } from '../../documents/change-document.ts';
import { type RunId, runIdSchema } from '../../model/run-id.ts';
import { SHARD_NAME, type ShardMessage } from '../../model/shard-message.ts';
import { shardPlanSchema } from '../shard.ts';

/** The claim: which run is under way. */
export const CURRENT = 'reconcile/current';

/** A document for each run. */
export const RUNS = 'reconcile/runs/';

export function runName(id: RunId): string {
  return `${RUNS}${id}`;
}

/** The prefix of a run's other documents. No folder: a hierarchical account would keep the empty folder. */
export function dataPrefix(id: RunId): string {
  return `reconcile/slices/${id}.`;
}

/** Names a slice of a shard. */
export type SliceName = Pick<ShardMessage, 'run' | 'shard' | 'slice'>;

/** The outcome document of a slice. */
export function outcomeName({ run, shard, slice }: SliceName): string {
  return `${dataPrefix(run)}${shard}.${slice}`;
}

/** The lines that one walk of a slice writes. */
export function linesName(shard: SliceName, walk: string, kind: 'report' | 'extras' | 'foreign'): string {
  return `${outcomeName(shard)}.${walk}.${kind}`;
}

const count = z.int().min(0);
const time = z.iso.datetime();
const tallies = z.record(z.string(), count);

export const countsSchema = z.object({
  inStep: count,
  nominated: count,
  bytesCopied: z.number().min(0),
  byVerdict: tallies,
  skipped: tallies,
  failed: tallies,
});

export const reportLineSchema = z.object({
  container: z.string(),
  path: z.string(),
  verdict: z.string(),
  reason: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  bytes: z.number().optional(),
});

const shardProgressSchema = z.object({
  container: z.string(),
  phase: z.enum(['compare', 'delete']),
  slices: count,
  isDone: z.boolean(),
  failed: z.string().optional(),
  unordered: z.literal(true).optional(),
  plan: shardPlanSchema.optional(),
  idle: count.optional(),
  tries: count.optional(),
});

const containerProgressSchema = z.object({
  source: count,
  backup: count,
  inStep: count,
  bytes: z.number().min(0).optional(),
  extras: count,
  mirroredExtras: count,
  deletions: count.optional(),
  foreign: tallies.optional(),
  blocked: count.optional(),
  stopped: z.string().optional(),
  failed: z.object({ code: z.string(), detail: z.string() }).optional(),
  unordered: z.literal(true).optional(),
});

const alertSchema = z.object({ code: z.string(), container: z.string().optional(), detail: z.string() });

const adoptable = { keys: count, bytes: z.number(), versionedKeys: count, versionedBytes: z.number() };
export const adoptableSchema = z.object(adoptable);

const requestSchema = z.object({
  container: z.string().optional(),
  prefix: z.string().optional(),
  dryRun: z.boolean(),
  allowDeletes: z.array(z.string()),
  deleteForeign: z.array(z.string()).optional(),
  adopt: z.enum(['md5', 'read']).optional(),
  reason: z.enum(['timer', 'http', 'command-line', 'start']),
});

/** Members that documents of a former release lack are optional. */
const runSchema = z.object({
  id: runIdSchema,
  request: requestSchema,
  state: z.enum(['comparing', 'deleting', 'done', 'cancelled']),
  mirror: z.string(),
  startedAt: time,
  provesUpTo: time.optional(),
  updatedAt: time,
  endedAt: time.optional(),
  shards: z.record(z.string().regex(SHARD_NAME), shardProgressSchema),
  containers: z.record(z.string(), containerProgressSchema),
  counts: countsSchema,
  samples: z.object({
    repaired: z.array(reportLineSchema),
    skipped: z.array(reportLineSchema),
    failed: z.array(reportLineSchema),
  }),
  alerts: z.array(alertSchema),
  sourceListingFailed: z.boolean(),
  adoption: z
    .object({
      ...adoptable,
      bytesRead: z.number(),
      dollars: z.object({
        writes: z.number(),
        reads: z.number(),
        transfer: z.number(),
        versionsPerMonth: z.number(),
      }),
      assumption: z.string(),
    })
    .optional(),
});

export const RUN_DOCUMENT = documentKind<Run>('a full sync', { format: 1 }).of(runSchema);

/**
 * Stands for a run whose document cannot be read. It proves nothing. One that is damaged is over, so that no other run
 * waits for it; of one in a newer format it is known when a worker last wrote it. Its id tells when it began.
 */
export function damagedRun(
  id: RunId,
  { error, writtenAt }: Extract<FoundDocument<Run>, { readonly state: 'damaged' }>,
): Run {
  const { code, message } = error;
  const startedAt = id.replace(/^(\S{10}T\d\d)-(\d\d)-(\d\d)Z.*$/, '$1:$2:$3.000Z');
  const isTooNew = code === 'document-too-new';
  return {
    id,
    request: { dryRun: false, allowDeletes: [], reason: 'unknown' },
    state: 'damaged',
    mirror: 'damaged',
    startedAt,
    updatedAt: (isTooNew ? writtenAt?.toISOString() : undefined) ?? startedAt,
    endedAt: startedAt,
    shards: {},
    containers: {},
    counts: { inStep: 0, nominated: 0, bytesCopied: 0, byVerdict: {}, skipped: {}, failed: {} },
    samples: { repaired: [], skipped: [], failed: [] },
    alerts: [
      isTooNew
        ? { code, detail: `${message}. Whether it proves anything, that release tells.` }
        : {
            code: 'document-damaged',
            detail: `${message}. It proves nothing, and no other full sync waits for it; the next one makes up for it.`,
          },
    ],
    sourceListingFailed: true,
  };
}

/** Whether a newer release writes the document of a run in a format that this one cannot read. */
export function isOfNewerRelease({ alerts }: Run): boolean {
  return alerts.some(({ code }) => code === 'document-too-new');
}
