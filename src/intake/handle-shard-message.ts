import { toBlobmirrorError } from '../model/errors.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type IncomingMessage, readHistory } from './incoming-message.ts';
import { chainMessage } from './message-chain.ts';
import { deadLetterUnsendable } from './settle-failure.ts';

export interface ShardIntakeContext {
  /** The queue that the message came from. */
  readonly queue: HintQueue;
  /** Rejects with `message-not-shard` if the body is not a shard, before it does anything. */
  readonly handleShard: (body: unknown) => Promise<void>;
}

/**
 * Handles a message of the reconcile queue. Resolves when its shard was worked on, or the message is on its way to the
 * dead-letter queue because it is not a shard. Rejects when it must be delivered again.
 */
export async function handleShardMessage(
  { queue, handleShard }: ShardIntakeContext,
  log: Logger,
  message: IncomingMessage,
): Promise<void> {
  const history = readHistory(message);
  try {
    await handleShard(message.body);
  } catch (thrown) {
    const { code, message: detail, hint } = toBlobmirrorError(thrown);
    if (code !== 'message-not-shard') throw thrown;
    await deadLetterUnsendable(queue, log).deadLetter(
      chainMessage(message.body, '', 'parked', history, {
        attempts: history.attempts + 1,
        parked: true,
        lastError: { code, detail, hint },
      }),
    );
    const { messageId } = message;
    log.error('a message on the reconcile queue moved to the dead-letter queue', {
      messageId,
      code,
      detail,
      hint,
    });
  }
}
