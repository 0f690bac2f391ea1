import type { AmqpError, Delivery } from 'rhea';
import type { HostedQueue } from '../hosted-queue.ts';
import type { Disposition, SettleResult } from '../queue/disposition.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import { CONDITION, lockLostDescription, notWritten } from './conditions.ts';
import { fromDeliveryTag } from './lock-token.ts';
import { encodeOutcome } from './rhea-codec.ts';
import type { OutgoingDelivery } from './rhea-endpoints.ts';

/** Settles a delivery in the queue and, once that is in the journal, tells the client how it went. */
export function replyToDisposition(
  hosted: HostedQueue,
  subQueue: SubQueueName,
  delivery: Delivery,
  disposition: Disposition,
): void {
  const obstacle = hosted.obstacle();
  if (obstacle !== undefined) return reply(delivery, notWritten(obstacle));
  const tag = delivery.tag;
  const result = Buffer.isBuffer(tag)
    ? hosted.queue.settle(subQueue, fromDeliveryTag(tag), disposition)
    : 'lock-lost';
  hosted.flushed().then(
    () => reply(delivery, failureOf(result)),
    (error: unknown) => reply(delivery, notWritten(error)),
  );
}

function reply(delivery: OutgoingDelivery, failure: AmqpError | undefined): void {
  delivery.update(true, encodeOutcome(failure));
  // The client takes this as the last word and sends no disposition of its own; rhea would keep the delivery.
  delivery.remote_settled = true;
}

const failures: Readonly<Record<SettleResult, AmqpError | undefined>> = {
  settled: undefined,
  'lock-lost': { condition: CONDITION.lockLost, description: lockLostDescription },
  refused: {
    condition: CONDITION.notAllowed,
    description: 'A message in the dead-letter queue cannot be dead-lettered.',
  },
};

/** What to tell a client whose message was not settled. */
export function failureOf(result: SettleResult): AmqpError | undefined {
  return failures[result];
}
