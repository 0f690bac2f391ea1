import type { AmqpError } from 'rhea';

/** The error conditions of Service Bus. Clients derive the error, and whether to retry, from them. */
export const CONDITION = {
  notFound: 'amqp:not-found',
  notAllowed: 'amqp:not-allowed',
  notImplemented: 'amqp:not-implemented',
  invalidField: 'amqp:invalid-field',
  illegalState: 'amqp:illegal-state',
  resourceLocked: 'amqp:resource-locked',
  internalError: 'amqp:internal-error',
  decodeError: 'amqp:decode-error',
  framingError: 'amqp:connection:framing-error',
  windowViolation: 'amqp:session:window-violation',
  handleInUse: 'amqp:session:handle-in-use',
  unattachedHandle: 'amqp:session:unattached-handle',
  transferLimitExceeded: 'amqp:link:transfer-limit-exceeded',
  messageTooLarge: 'amqp:link:message-size-exceeded',
  lockLost: 'com.microsoft:message-lock-lost',
  messageNotFound: 'com.microsoft:message-not-found',
  argumentError: 'com.microsoft:argument-error',
  serverBusy: 'com.microsoft:server-busy',
} as const;

export function entityNotFound(address: string): AmqpError {
  return {
    condition: CONDITION.notFound,
    // Clients recognise a missing queue by this wording.
    description: `The messaging entity '${address}' could not be found. status-code: 404`,
  };
}

export const lockLostDescription =
  'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.';

/** The journal could not write the change: clients retry on this condition. */
export function writeFailed(error: unknown): AmqpError {
  const description = error instanceof Error ? error.message : String(error);
  return { condition: CONDITION.serverBusy, description };
}
