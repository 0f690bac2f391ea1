import { z } from 'zod';
import { parseEtag } from '../etag.ts';
import { parseBlobPath, parseContainerName } from '../key.ts';
import type { RunId } from './run.ts';
import { isRunId } from './run-id.ts';

export const SHARD_NAME = /^[a-z][\w-]{0,39}$/;

const LONGEST_NAME = 1024;

const count = z.int().min(0);
/** A prefix, or a place in a listing. */
const place = z
  .string()
  .max(LONGEST_NAME)
  .refine((text) => text.isWellFormed(), 'half a character');
const path = z.string().refine(parses(parseBlobPath), 'is no path of a blob');
const etag = z.string().refine(parses(parseEtag), 'is no ETag');

export const runIdSchema = z.custom<RunId>(
  (value) => typeof value === 'string' && isRunId(value),
  'is no id of a run',
);
const containerName = z.string().refine(parses(parseContainerName), 'is no name of a container');

/** See `ShardPlan`. */
export const shardPlanSchema = z.object({
  prefix: place.optional(),
  from: place.optional(),
  to: place.optional(),
  root: z.literal(true).optional(),
});

const base = {
  run: runIdSchema,
  shard: z.string().regex(SHARD_NAME),
  slice: count,
  container: containerName,
};

/** See `Shard`: as a slice's outcome tells of what follows it. */
export const shardSchema = z.discriminatedUnion('phase', [
  z.object({
    ...base,
    phase: z.literal('compare'),
    prefix: place,
    from: place.optional(),
    to: place.optional(),
    at: z.object({ source: path.optional(), backup: path.optional() }).optional(),
    markers: z.object({ source: z.string().optional(), backup: z.string().optional() }).optional(),
    again: z.array(path).optional(),
    compared: z.array(z.object({ path, source: etag, backup: etag, equal: count })).optional(),
    isWalked: z.literal(true).optional(),
    root: z.literal(true).optional(),
    unordered: z.literal(true).optional(),
  }),
  z.object({
    ...base,
    phase: z.literal('delete'),
    line: count,
    below: z
      .array(z.object({ directory: path, after: path.optional(), marker: z.string().optional() }))
      .optional(),
  }),
]);

function parses(parse: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
}
