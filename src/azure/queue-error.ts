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

/**
 * Errors of the way to Service Bus that its client passes on: of the protocol, of a call that was given up, and of those
 * who make tokens. Sources: the packages rhea-promise, @azure/core-amqp, @azure/abort-controller, @azure/identity,
 * @azure/core-rest-pipeline.
 */
const ERRORS_ON_THE_WAY: ReadonlySet<string> = new Set([
  'OperationTimeoutError',
  'InsufficientCreditError',
  'SendOperationFailedError',
  'MessagingError',
  'AbortError',
  'TimeoutError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequired',
  'CredentialUnavailableError',
  'RestError',
]);

/** What @azure/core-amqp makes of no error at all, as where a connection ends while it is being opened. */
const NO_ERROR_AT_ALL = 'Unknown error encountered.';

/** Codes of Node.js for the network and for TLS; those of a wrong call begin with ERR_ and are not among them. */
const CODE_ON_THE_WAY =
  /^(?:E[A-Z]{3,}|EAI_[A-Z]+|ERR_TLS_\w+|ERR_SSL_\w+|ERR_SOCKET_\w+|ERR_STREAM_(?:DESTROYED|PREMATURE_CLOSE|WRITE_AFTER_END)|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/;

/** What failed, in our own words; the text never quotes the client's, which may name an endpoint with its key. */
export function toQueueError(
  error: unknown,
  queue: string,
  what = 'did not take a message',
): BlobmirrorError {
  if (error instanceof BlobmirrorError) return error;
  const reason = isServiceBusError(error) ? error.code : nameOf(error);
  const code = isServiceBusError(error)
    ? QUEUE_ERRORS[reason]
    : isOnTheWay(error)
      ? 'queue-unavailable'
      : undefined;
  // What nobody knows is no outage: a message that cannot be written would be sent again and again.
  return new BlobmirrorError(code ?? 'unexpected', `queue ${queue} ${what}: ${reason}`, {
    context: { queue, service: reason },
    ...(code === undefined && { cause: withoutText(error) }),
  });
}

/** A refused connection, a name that was not found, no token. */
function isOnTheWay(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isOnTheWay)) return true;
  if (error.name === 'Error' && error.message === NO_ERROR_AT_ALL) return true;
  return ERRORS_ON_THE_WAY.has(error.name) || CODE_ON_THE_WAY.test(nameOf(error));
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

/** Where it was thrown, for the log. What it says may quote a message, or name an endpoint with its key. */
function withoutText(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const told = new Error(`${nameOf(error)}, whose text is left out`);
  told.name = error.name;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  told.stack = [`${told.name}: ${told.message}`, ...frames].join('\n');
  return told;
}
