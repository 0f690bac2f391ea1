import type { AmqpError, EventContext } from 'rhea';
import type { HostedQueue } from '../hosted-queue.js';
import type { NewMessage } from '../queue/queued-message.js';
import { CONDITION } from './conditions.js';
import { messagesInTransfer, toNewMessage } from './incoming-message.js';
import type { IncomingLink } from './rhea-endpoints.js';

/** What the Standard tier takes in one message or batch (256 KB). */
const MAX_MESSAGE_BYTES = 256 * 1024;

/** Serves a link on which a client sends: a transfer is accepted once all its messages are in the journal. */
export function serveSender(link: IncomingLink, hosted: HostedQueue): void {
  link.local.attach.max_message_size = MAX_MESSAGE_BYTES;
  link.on('message', ({ delivery, message }: EventContext) => {
    if (delivery === undefined) return;
    const read = readTransfer(message, delivery.format);
    if ('error' in read) {
      delivery.reject(read.error);
      return;
    }
    for (const newMessage of read.messages) hosted.queue.send(newMessage);
    hosted.flushed().then(
      () => delivery.accept(),
      (error: unknown) => delivery.reject({ condition: CONDITION.internalError, description: String(error) }),
    );
  });
}

/** All messages of a transfer, or why not one of them can be taken. */
function readTransfer(message: unknown, format: number): { messages: NewMessage[] } | { error: AmqpError } {
  try {
    const contents = messagesInTransfer(message, format);
    const bytes = contents.reduce((sum, content) => sum + content.length, 0);
    if (bytes > MAX_MESSAGE_BYTES) {
      const description = `The received message (size ${bytes}) exceeds the limit (${MAX_MESSAGE_BYTES}) on the link.`;
      return { error: { condition: CONDITION.messageTooLarge, description } };
    }
    return { messages: contents.map(toNewMessage) };
  } catch (error) {
    return { error: { condition: CONDITION.decodeError, description: String(error) } };
  }
}
