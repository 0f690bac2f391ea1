import type { AmqpError } from 'rhea';

/** The error conditions that Service Bus sends, and on which its clients decide what failed and whether to retry. */
export const CONDITION = {
  notFound: 'amqp:not-found',
  notAllowed: 'amqp:not-allowed',
  internalError: 'amqp:internal-error',
  decodeError: 'amqp:decode-error',
  messageTooLarge: 'amqp:link:message-size-exceeded',
  lockLost: 'com.microsoft:message-lock-lost',
  messageNotFound: 'com.microsoft:message-not-found',
  argumentError: 'com.microsoft:argument-error',
} as const;

export function entityNotFound(address: string): AmqpError {
  return {
    condition: CONDITION.notFound,
    // The clients tell a missing queue from other missing things by this wording.
    description: `The messaging entity '${address}' could not be found. status-code: 404`,
  };
}

export const lockLostDescription =
  'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.';
