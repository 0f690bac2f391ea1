import type { Message } from 'rhea';
import { CONDITION, writeFailed } from '../amqp/conditions.ts';
import type { Reply } from '../amqp/request-node.ts';
import type { HostedQueue } from '../hosted-queue/hosted-queue.ts';
import { JournalError } from '../hosted-queue/journal.ts';
import type { Queue } from '../queue/queue.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import {
  cancelScheduledMessages,
  peekMessages,
  receiveBySequenceNumber,
  renewLock,
  scheduleMessages,
  updateDisposition,
} from './message-operations.ts';
import { BadRequest, RequestBody, failed } from './management-request.ts';

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

/** Operations that append nothing to the journal, so that they work without it. */
const readsOnly = new Set<unknown>(['com.microsoft:renew-lock', 'com.microsoft:peek-message']);

function busy(error: JournalError): Reply {
  const { condition, description } = writeFailed(error);
  return failed(503, condition ?? '', description ?? '');
}

/** Executes a request and answers once its changes are in the journal. */
export async function answerManagementRequest(
  hosted: HostedQueue,
  subQueue: SubQueueName,
  request: Pick<Message, 'application_properties' | 'body'>,
): Promise<Reply> {
  const name: unknown = request.application_properties?.['operation'];
  const operation =
    typeof name === 'string' && Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) {
    return failed(501, 'amqp:not-implemented', `The operation '${String(name)}' is not implemented.`);
  }
  const isWritten = !readsOnly.has(name);
  const obstacle = hosted.writeError();
  if (obstacle !== undefined && isWritten) return busy(obstacle);
  try {
    const reply = operation(hosted.queue, subQueue, new RequestBody(request.body));
    if (isWritten) await hosted.flushed();
    return reply;
  } catch (error) {
    if (error instanceof JournalError) return busy(error);
    return error instanceof BadRequest || error instanceof RangeError
      ? failed(400, CONDITION.argumentError, error.message)
      : failed(500, CONDITION.internalError, String(error));
  }
}
