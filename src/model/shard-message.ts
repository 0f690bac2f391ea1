import { z } from 'zod';
import { BlobmirrorError } from './errors.ts';
import { type RunId, runIdSchema } from './run-id.ts';

/**
 * A message on the reconcile queue: it names a slice of a shard, and claims nothing. What is to be done, and whether it
 * is due, is in the documents of the run alone, since anybody who may send to the queue can send a message.
 */
export interface ShardMessage {
  readonly run: RunId;
  readonly shard: string;
  readonly slice: number;
  /** How many tries of this slice failed before this one. */
  readonly attempt: number;
  /** How often this slice was put off untried, since mirroring was paused. */
  readonly holds?: number | undefined;
  /**
   * An earlier try failed at the listing of the source and could not note it in the run. It is believed, since it only
   * takes from what the run may do: nothing is deleted then, and nothing proven.
   */
  readonly sourceListingFailed?: true | undefined;
}

/** Names one try of one slice, or one putting off of it: the same again, within the queue's window, is dropped by its duplicate detection. */
export function shardMessageId({ run, shard, slice, attempt, holds }: ShardMessage): string {
  return `${run}.${shard}.${slice}.${attempt}${holds === undefined ? '' : `.${holds}`}`;
}

export const SHARD_NAME = /^[a-z][\w-]{0,39}$/;

/** A number that only tells messages apart never grows beyond this, whoever sent it. */
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
 * The body of a message on the reconcile queue. Messages of a former release say more, and nothing else of them is read.
 *
 * @throws BlobmirrorError `message-not-shard`
 */
export function parseShardMessage(body: unknown): ShardMessage {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new BlobmirrorError('message-not-shard', `the message is no shard: ${wrong.join('; ')}`);
}
