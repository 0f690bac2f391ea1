import type { Message } from 'rhea';
import { CONDITION } from '../amqp/conditions.js';
import type { Reply } from '../amqp/request-node.js';
import type { HostedQueue } from '../hosted-queue.js';
import type { Queue } from '../queue/queue.js';
import type { SubQueueName } from '../queue/queue-state.js';
import { renewLock, updateDisposition } from './lock-operations.js';
import { failed } from './management-reply.js';
import { peekMessages, receiveBySequenceNumber } from './reading-operations.js';
import { BadRequest, RequestBody } from './request-body.js';
import { cancelScheduledMessages, scheduleMessages } from './scheduling-operations.js';

type Operation = (queue: Queue, subQueue: SubQueueName, body: RequestBody) => Reply;

/** The operations of a queue's $management node. Source: "AMQP request/response-based operations" of Service Bus. */
const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': renewLock,
  'com.microsoft:update-disposition': updateDisposition,
  'com.microsoft:peek-message': peekMessages,
  'com.microsoft:receive-by-sequence-number': receiveBySequenceNumber,
  'com.microsoft:schedule-message': (queue, _subQueue, body) => scheduleMessages(queue, body),
  'com.microsoft:cancel-scheduled-message': (queue, _subQueue, body) => cancelScheduledMessages(queue, body),
};

/** Carries a request out and answers once what it changed is in the journal. */
export async function answerManagementRequest(
  hosted: HostedQueue,
  subQueue: SubQueueName,
  request: Message,
): Promise<Reply> {
  const name: unknown = request.application_properties?.['operation'];
  const operation = typeof name === 'string' ? operations[name] : undefined;
  if (operation === undefined) {
    return failed(501, 'amqp:not-implemented', `The operation '${String(name)}' is not implemented.`);
  }
  try {
    const reply = operation(hosted.queue, subQueue, new RequestBody(request.body));
    await hosted.flushed();
    return reply;
  } catch (error) {
    return error instanceof BadRequest || error instanceof RangeError
      ? failed(400, CONDITION.argumentError, error.message)
      : failed(500, CONDITION.internalError, String(error));
  }
}
