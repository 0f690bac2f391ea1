import rhea from 'rhea';
import { CONDITION, lockLostDescription } from '../amqp/conditions.ts';
import { failureOf, toProperties, toUuidBytes } from '../amqp/dispositions.ts';
import { toNewMessage } from '../amqp/incoming-message.ts';
import { toTransfer } from '../amqp/outgoing-message.ts';
import type { Reply } from '../amqp/request-node.ts';
import { BadRequest, RequestBody, done, failed, nothing } from './management-request.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import type { Delivery, Queue } from '../queue/queue.ts';
import type { Disposition } from '../queue/queued-message.ts';

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
 * com.microsoft:receive-by-sequence-number: deferred messages, all of the requested ones or none. Settle mode
 * 0 removes them, 1 locks them.
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

const TIMESTAMP = 0x83;
const GONE = 410;

/** com.microsoft:renew-lock: renews the locks in the request in order, up to the first lost one. */
export function renewLock(queue: Queue, subQueue: SubQueueName, body: RequestBody): Reply {
  const expirations: number[] = [];
  for (const token of body.lockTokens()) {
    const until = queue.renewLock(subQueue, token);
    if (until === undefined) return failed(GONE, CONDITION.lockLost, lockLostDescription);
    expirations.push(until);
  }
  return done({ expirations: rhea.types.wrap_array(expirations, TIMESTAMP, undefined) });
}

/** com.microsoft:update-disposition: settlement for a receiver without a link, or whose link is closed. */
export function updateDisposition(queue: Queue, subQueue: SubQueueName, body: RequestBody): Reply {
  const disposition = readStatus(body);
  for (const token of body.lockTokens()) {
    const failure = failureOf(queue.settle(subQueue, token, disposition));
    if (failure) return failed(GONE, failure.condition ?? '', failure.description ?? '');
  }
  return done();
}

function readStatus(body: RequestBody): Disposition {
  const properties = toProperties(body.get('properties-to-modify'));
  switch (body.text('disposition-status')) {
    case 'completed':
      return { kind: 'complete' };
    case 'abandoned':
      return { kind: 'abandon', properties };
    // Spelt like this on the wire.
    case 'defered':
      return { kind: 'defer', properties };
    case 'suspended':
      return {
        kind: 'dead-letter',
        properties: {
          ...properties,
          ...toProperties({
            DeadLetterReason: body.text('deadletter-reason'),
            DeadLetterErrorDescription: body.text('deadletter-description'),
          }),
        },
      };
    case undefined:
    default:
      throw new BadRequest('disposition-status is none of completed, abandoned, defered, suspended');
  }
}

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
