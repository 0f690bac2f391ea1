import { z } from 'zod';
import { documentKind } from '../../documents/change-document.ts';

const count = z.number().int().nonnegative();

const minuteSchema = z.object({
  /** Minutes since 1970. */
  minute: count,
  changes: count,
  bytes: z.number().nonnegative(),
  byVerdict: z.record(z.string(), count),
  failed: count,
  /** See lag-histogram.ts. */
  lags: z.record(z.coerce.number().int(), count),
});

const choiceOf = <Rule extends z.ZodType>(rule: Rule) =>
  z.object({ include: z.array(rule), exclude: z.array(rule) });

const workerSchema = z.object({
  startedAt: z.iso.datetime(),
  /** A digest of each setting that all workers should share, by its name. */
  settings: z.record(z.string(), z.string()),
  /** What it mirrors, so that a worker with a narrower scope knows what it should not have dropped. */
  scope: z
    .object({
      containers: choiceOf(z.string()),
      paths: choiceOf(z.object({ containers: z.string(), path: z.string() })),
      patterns: choiceOf(z.string()),
    })
    .optional(),
  /** It has stopped: what it said of itself is over. */
  hasStopped: z.literal(true).optional(),
  /** Its clock, while that is known to be wrong. */
  clockOff: z.object({ aheadMs: z.number(), of: z.string() }).optional(),
});

const documentSchema = z.object({
  /** ISO 8601. */
  writtenAt: z.iso.datetime(),
  /** Missing in documents of an older release. */
  worker: workerSchema.optional(),
  minutes: z.array(minuteSchema),
  lastMirrored: z.record(z.string(), z.iso.datetime()),
  /** Missing in documents of an older release. */
  copiedAgain: z
    .array(z.object({ container: z.string(), path: z.string(), bytes: count, at: z.iso.datetime() }))
    .optional(),
});

/** What one worker did in each minute of the last hour, as stored. */
export type ActivityDocument = z.infer<typeof documentSchema>;
export type WorkerFacts = z.infer<typeof workerSchema>;
export type MinuteDocument = z.infer<typeof minuteSchema>;

export const ACTIVITY_PREFIX = 'activity/';
export const MINUTES_KEPT = 60;
/** The latest copies are kept. */
export const MAX_COPIED_AGAIN = 10;
/** The last change is kept for the containers that changed last. */
export const MAX_CONTAINERS = 1000;

export function toMinute(timeMs: number): number {
  return Math.floor(timeMs / 60_000);
}

export const ACTIVITY_DOCUMENT = documentKind<ActivityDocument>('what a worker did in the last hour', {
  format: 1,
}).of(documentSchema);
