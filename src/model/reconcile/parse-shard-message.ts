import { z } from 'zod';
import { BlobmirrorError } from '../errors.ts';
import type { ShardMessage } from './shard.ts';
import { runIdSchema, SHARD_NAME } from './shard-schema.ts';

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
