import { isServiceBusError } from '@azure/service-bus';
import { BlobmirrorError, type ErrorCode } from '../model/errors.js';

/**
 * What each error of Service Bus means when it did not take a message, by the reason that the client gives it:
 * learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-exceptions-latest. The client has tried the
 * transient ones again by itself.
 */
export const QUEUE_ERRORS: Readonly<Record<string, ErrorCode>> = {
  ServiceBusy: 'queue-unavailable',
  ServiceTimeout: 'queue-unavailable',
  ServiceCommunicationProblem: 'queue-unavailable',
  GeneralError: 'queue-unavailable',
  QuotaExceeded: 'queue-full',
  UnauthorizedAccess: 'queue-refused',
  MessagingEntityNotFound: 'queue-refused',
  MessagingEntityDisabled: 'queue-refused',
  MessageSizeExceeded: 'message-too-large',
};

/** What failed, in our own words; the text never quotes the client's, which may name an endpoint with its key. */
export function toQueueError(
  error: unknown,
  queue: string,
  what = 'did not take a message',
): BlobmirrorError {
  if (error instanceof BlobmirrorError) return error;
  const reason = isServiceBusError(error) ? error.code : nameOf(error);
  // What is not of Service Bus is of the way there: a refused connection, a name that was not found, no token.
  const code = QUEUE_ERRORS[reason] ?? 'queue-unavailable';
  return new BlobmirrorError(code, `queue ${queue} ${what}: ${reason}`, {
    context: { queue, service: reason },
  });
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
