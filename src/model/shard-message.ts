import { z } from 'zod';
import { BlobmirrorError } from './errors.ts';
import { type RunId, runIdSchema } from './run-id.ts';

/**
 * A message on the reconcile queue: it only names a slice of a shard. What to do, and whether it is due, is in the
 * documents of the run, since anyone who may send to the queue can send a message.
 */
export interface ShardMessage {
  readonly run: RunId;
  readonly shard: string;
  readonly slice: number;
  /** Tries of this slice that failed. */
  readonly attempt: number;
  /** How often this slice was requeued untried because mirroring was paused. */
  readonly holds?: number | undefined;
  /**
   * An earlier try failed to list the source and could not record that in the run. It is trusted, since it only restricts
   * the run: nothing is deleted then, and nothing proven.
   */
  readonly sourceListingFailed?: true | undefined;
}

/** Identifies one try or one requeueing of a slice: duplicate detection drops a second one within the queue's window. */
export function shardMessageId({ run, shard, slice, attempt, holds }: ShardMessage): string {
  return `${run}.${shard}.${slice}.${attempt}${holds === undefined ? '' : `.${holds}`}`;
}

export const SHARD_NAME = /^[a-z][\w-]{0,39}$/;

/** A number that only distinguishes messages is capped, whatever was sent. */
const MOST = 1_000_000;

const count = z.int().min(0);
const bounded = count.transform((value) => Math.min(value, MOST));

const schema = z.object({
  run: runIdSchema,
  shard: z.string().regex(SHARD_NAME),
  slice: count,
  attempt: bounded,
  holds: bounded.optional(),
  sourceListingFailed: z.literal(true).optional(),
});

/**
 * Parses the body of a message on the reconcile queue. Further members, as former releases sent them, are ignored.
 *
 * @throws BlobmirrorError `message-not-shard`
 */
export function parseShardMessage(body: unknown): ShardMessage {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new BlobmirrorError('message-not-shard', `the message is not a shard: ${wrong.join('; ')}`);
}
