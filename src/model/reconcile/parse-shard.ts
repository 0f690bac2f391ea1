import { z } from 'zod';
import { BlobmirrorError } from '../errors.js';
import { type ContainerName, parseContainerName } from '../key.js';
import type { RunId } from './run.js';
import { isRunId } from './run-id.js';
import type { Shard } from './shard.js';

const COUNT = z.int().min(0);

const BASE = {
  run: z.custom<RunId>((value) => typeof value === 'string' && isRunId(value), 'is no id of a run'),
  shard: z.string().regex(/^[a-z][\w-]{0,39}$/),
  slice: COUNT,
  attempt: COUNT,
  holds: COUNT.optional(),
  container: z.custom<ContainerName>(isContainerName, 'is no name of a container'),
  sourceListingFailed: z.literal(true).optional(),
};

const SIDES = z.object({ source: z.string().optional(), backup: z.string().optional() });

const SHARD = z.discriminatedUnion('phase', [
  z.object({
    ...BASE,
    phase: z.literal('compare'),
    prefix: z.string(),
    from: z.string().optional(),
    to: z.string().optional(),
    at: SIDES.optional(),
    markers: SIDES.optional(),
    again: z.array(z.string()).optional(),
    compared: z
      .array(z.object({ path: z.string(), source: z.string(), backup: z.string(), equal: COUNT }))
      .optional(),
    isWalked: z.literal(true).optional(),
    root: z.literal(true).optional(),
    unordered: z.literal(true).optional(),
  }),
  z.object({
    ...BASE,
    phase: z.literal('delete'),
    line: COUNT,
    below: z.array(z.object({ directory: z.string(), after: z.string().optional() })).optional(),
  }),
]);

/** A stranger's message may be wrong in any number of places, and is told in a line. */
const MOST_TOLD = 5;
const LONGEST_TOLD = 200;

/**
 * The body of a message on the reconcile queue.
 *
 * @throws BlobmirrorError `message-not-shard`
 */
export function parseShard(body: unknown): Shard {
  const parsed = SHARD.safeParse(body);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const wrong = issues
    .slice(0, MOST_TOLD)
    .map(({ path, message }) => `${path.join('.') || 'the body'}: ${message.slice(0, LONGEST_TOLD)}`);
  const more = issues.length > MOST_TOLD ? `; and ${issues.length - MOST_TOLD} more` : '';
  throw new BlobmirrorError('message-not-shard', `the message is no shard: ${wrong.join('; ')}${more}`);
}

function isContainerName(value: unknown): boolean {
  try {
    return typeof value === 'string' && parseContainerName(value) === value;
  } catch {
    return false;
  }
}
