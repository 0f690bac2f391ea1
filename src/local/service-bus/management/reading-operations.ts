import rhea from 'rhea';
import { CONDITION } from '../amqp/conditions.ts';
import { toUuidBytes } from '../amqp/lock-token.ts';
import { toTransfer } from '../amqp/outgoing-message.ts';
import type { Reply } from '../amqp/request-node.ts';
import type { Delivery, Queue } from '../queue/queue.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import { done, failed, nothing } from './management-reply.ts';
import type { RequestBody } from './request-body.ts';

/** com.microsoft:peek-message: messages in order from a sequence number, in any state, without a lock. */
export function peekMessages(queue: Queue, subQueue: SubQueueName, body: RequestBody): Reply {
  const entries = queue.peek(subQueue, body.integer('from-sequence-number'), body.integer('message-count'));
  if (entries.length === 0) return nothing;
  const messages = entries.map(({ message, state }) => ({
    message: toTransfer(message, { queue: queue.definition.name, state }),
  }));
  return done({ messages });
}

/**
 * com.microsoft:receive-by-sequence-number: deferred messages, all that are asked for or none. Settle mode 0 takes
 * them out, 1 locks them.
 */
export function receiveBySequenceNumber(queue: Queue, subQueue: SubQueueName, body: RequestBody): Reply {
  const mode = body.integer('receiver-settle-mode') === 0 ? 'take' : 'lock';
  const wanted = body.integers('sequence-numbers');
  if (!wanted.every((sequenceNumber) => queue.isDeferred(subQueue, sequenceNumber))) {
    const description =
      'Failed to receive one or more of the deferred messages: not found, not deferred, or locked.';
    return failed(404, CONDITION.messageNotFound, description);
  }
  const messages = wanted
    .map((sequenceNumber) => queue.receiveDeferred(subQueue, sequenceNumber, mode))
    .filter((delivery) => delivery !== undefined)
    .map((delivery) => toReply(queue, delivery));
  return done({ messages });
}

function toReply(queue: Queue, { message, lock }: Delivery): object {
  return {
    message: toTransfer(message, { queue: queue.definition.name, lock }),
    ...(lock && { 'lock-token': rhea.types.wrap_uuid(toUuidBytes(lock.token)) }),
  };
}
