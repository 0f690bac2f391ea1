import type { AmqpError, EventContext } from 'rhea';
import type { HostedQueue } from '../hosted-queue.ts';
import type { NewMessage } from '../queue/queued-message.ts';
import { CONDITION, notWritten } from './conditions.ts';
import { EncodingError } from './encoded-value.ts';
import { sizeRefusalOf } from './guard-session.ts';
import { messagesInTransfer, toNewMessage } from './incoming-message.ts';
import type { IncomingLink } from './rhea-endpoints.ts';

/** What the Standard tier takes in one message or batch (256 KB). */
const MAX_MESSAGE_BYTES = 256 * 1024;

/** Serves a link on which a client sends: a transfer is accepted once all its messages are in the journal. */
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
    const obstacle = hosted.obstacle();
    if (obstacle !== undefined) {
      delivery.reject(notWritten(obstacle));
      return;
    }
    for (const newMessage of read.messages) hosted.queue.send(newMessage);
    hosted.flushed().then(
      () => delivery.accept(),
      (error: unknown) => delivery.reject(notWritten(error)),
    );
  });
}

/** All messages of a transfer, or why not one of them can be taken. */
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
