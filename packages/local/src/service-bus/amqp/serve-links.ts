import type { AmqpError, EventContext } from 'rhea';
import { CONDITION, writeFailed } from './conditions.ts';
import { readDisposition, replyToDisposition, toDeliveryTag } from './dispositions.ts';
import { EncodingError } from './encoded-value.ts';
import { sizeRefusalOf } from './guard-session.ts';
import { messagesInTransfer, toNewMessage } from './incoming-message.ts';
import { toTransfer } from './outgoing-message.ts';
import { type IncomingLink, type OutgoingDelivery, type OutgoingLink, answerDrain } from './rhea-members.ts';
import type { Consumer, HostedQueue } from '../hosted-queue/hosted-queue.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import type { NewMessage } from '../queue/queued-message.ts';

const PRESETTLED = 1;

/** Serves a client's receiving link: sends within its credit and applies its settlements. */
export function serveReceiver(link: OutgoingLink, hosted: HostedQueue, subQueue: SubQueueName): void {
  const { queue } = hosted;
  const dispatcher = hosted.dispatchers[subQueue];
  const mode = link.snd_settle_mode === PRESETTLED ? 'take' : 'lock';
  // Transfers passed to rhea, written or not, plus credit given up. rhea lowers `credit` only when it writes
  // one.
  let used = 0;
  let draining = false;

  const consumer: Consumer = {
    ready: () =>
      link.is_open() && link.credit + link.delivery_count > used && link.session.outgoing.available() > 0,
    deliverNext: () => {
      const delivery = queue.receive(subQueue, mode);
      if (delivery === undefined) return false;
      const { message, lock } = delivery;
      const transfer = toTransfer(message, { queue: queue.definition.name, lock });
      const sent: OutgoingDelivery = link.send(transfer, lock && toDeliveryTag(lock.token), 0);
      sent.settled = lock === undefined;
      used++;
      return true;
    },
  };

  // A drained link is reported also when a message used the last credit: rhea by itself stays silent then,
  // and the client waits for the answer until it gives up and closes the link.
  answerDrain(link, () => {
    if (!draining) return false;
    draining = false;
    link.delivery_count += link.credit;
    link.credit = 0;
    used = link.delivery_count;
    return true;
  });
  link.on('sender_draining', () => {
    dispatcher.dispatch();
    draining = true;
    link.set_drained(true);
  });
  link.on('sender_flow', () => dispatcher.wake());
  link.on('sendable', () => dispatcher.wake());

  for (const outcome of ['accepted', 'released', 'rejected', 'modified'] as const) {
    link.on(outcome, ({ delivery }: EventContext) => {
      if (delivery === undefined || delivery.settled) return;
      replyToDisposition(hosted, subQueue, delivery, readDisposition(outcome, delivery.remote_state));
    });
  }
  // Settled without an outcome: the client forgets the message, and its lock expires.
  link.on('settled', ({ delivery }: EventContext) => {
    const forgotten: OutgoingDelivery | undefined = delivery;
    if (forgotten !== undefined && forgotten.remote_state === undefined) forgotten.settled = true;
  });

  const leave = () => {
    dispatcher.remove(consumer);
    link.connection.off('disconnected', leave);
  };
  link.on('sender_close', leave);
  link.session.on('session_close', leave);
  link.connection.on('disconnected', leave);
  dispatcher.add(consumer);
}

/** The Standard tier's limit for one message or batch (256 KB). */
const MAX_MESSAGE_BYTES = 256 * 1024;

/** Serves a client's sending link: a transfer is accepted once all its messages are in the journal. */
export function serveSender(link: IncomingLink, hosted: HostedQueue): void {
  link.local.attach.max_message_size = MAX_MESSAGE_BYTES;
  link.on('message', ({ delivery, message }: EventContext) => {
    if (delivery === undefined) return;
    const refusal = sizeRefusalOf(delivery);
    if (refusal !== undefined) {
      delivery.reject(refusal);
      return;
    }
    const read = readTransfer(message, delivery.format);
    if ('error' in read) {
      delivery.reject(read.error);
      return;
    }
    const obstacle = hosted.writeError();
    if (obstacle !== undefined) {
      delivery.reject(writeFailed(obstacle));
      return;
    }
    for (const newMessage of read.messages) hosted.queue.send(newMessage);
    hosted.flushed().then(
      () => delivery.accept(),
      (error: unknown) => delivery.reject(writeFailed(error)),
    );
  });
}

/** All messages of a transfer, or why all of them are refused. */
function readTransfer(message: unknown, format: number): { messages: NewMessage[] } | { error: AmqpError } {
  try {
    if (!Buffer.isBuffer(message)) throw new TypeError('the message is not there as bytes');
    const contents = messagesInTransfer(message, format);
    return { messages: contents.map(toNewMessage) };
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return { error: { condition: CONDITION.decodeError, description: error.message } };
  }
}
