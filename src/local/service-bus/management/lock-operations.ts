import rhea from 'rhea';
import { CONDITION, lockLostDescription } from '../amqp/conditions.ts';
import { failureOf } from '../amqp/reply-to-disposition.ts';
import { toProperties } from '../amqp/read-disposition.ts';
import type { Reply } from '../amqp/request-node.ts';
import type { Disposition } from '../queue/disposition.ts';
import type { Queue } from '../queue/queue.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import { done, failed } from './management-reply.ts';
import { BadRequest, type RequestBody } from './request-body.ts';

const TIMESTAMP = 0x83;
const GONE = 410;

/** com.microsoft:renew-lock: all the locks in the request, or the first that is lost. */
export function renewLock(queue: Queue, subQueue: SubQueueName, body: RequestBody): Reply {
  const expirations: number[] = [];
  for (const token of body.lockTokens()) {
    const until = queue.renewLock(subQueue, token);
    if (until === undefined) return failed(GONE, CONDITION.lockLost, lockLostDescription);
    expirations.push(until);
  }
  return done({ expirations: rhea.types.wrap_array(expirations, TIMESTAMP, undefined) });
}

/** com.microsoft:update-disposition: settlement for a receiver whose link is gone, or that never had one. */
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
