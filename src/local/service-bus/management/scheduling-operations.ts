import rhea from 'rhea';
import { CONDITION } from '../amqp/conditions.ts';
import { toNewMessage } from '../amqp/incoming-message.ts';
import type { Reply } from '../amqp/request-node.ts';
import type { Queue } from '../queue/queue.ts';
import { done, failed } from './management-reply.ts';
import { BadRequest, RequestBody } from './request-body.ts';

const LONG = 0x81;

/** com.microsoft:schedule-message: the enqueue time is an annotation of each message. */
export function scheduleMessages(queue: Queue, body: RequestBody): Reply {
  const messages = body.list('messages').map((item) => {
    const content = new RequestBody(item).get('message');
    if (!Buffer.isBuffer(content)) throw new BadRequest('a message to schedule has no content');
    return toNewMessage(content);
  });
  const sequenceNumbers = messages.map((message) => queue.send(message));
  return done({ 'sequence-numbers': rhea.types.wrap_array(sequenceNumbers, LONG, undefined) });
}

/** com.microsoft:cancel-scheduled-message: fails when one of them is not scheduled (any more). */
export function cancelScheduledMessages(queue: Queue, body: RequestBody): Reply {
  for (const sequenceNumber of body.integers('sequence-numbers')) {
    if (!queue.cancel(sequenceNumber)) {
      const description = `No scheduled message with the sequence number ${sequenceNumber} was found.`;
      return failed(404, CONDITION.messageNotFound, description);
    }
  }
  return done();
}
