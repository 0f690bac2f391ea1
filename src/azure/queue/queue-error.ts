import { isServiceBusError } from '@azure/service-bus';
import { BlobmirrorError, type ErrorCode } from '../../model/errors.ts';

/**
 * What each error of Service Bus means when it did not take a message, by the reason that the client gives:
 * learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-exceptions-latest. The client has
 * already retried the transient ones.
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
 * Connection errors that the client passes on: of the protocol, of an aborted call, and of token providers.
 * Sources: the packages rhea-promise, @azure/core-amqp, @azure/abort-controller, @azure/identity,
 * @azure/core-rest-pipeline.
 */
const CONNECTION_ERROR_NAMES: ReadonlySet<string> = new Set([
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

/**
 * Texts of the plain errors that rhea-promise and @azure/core-amqp throw while a connection is opened, closed
 * or given its token. `test/azure/queue/queue-error.test.ts` compares them with the installed packages.
 */
export const CONNECTION_ERROR_TEXTS: readonly RegExp[] = [
  /^Failed to connect$/,
  /^Unable to (?:open|close) the amqp connection ".*" due to operation timeout\.$/,
  // What @azure/core-amqp throws when there is no error, for example when a connection ends while it is being
  // opened.
  /^Unknown error encountered\.$/,
  /^Attempted to negotiate a claim but the CBS link does not exist\.$/,
  /^An error occurred while (?:closing|removing) the cbs link: /,
  /^\[.*\] No statusCode in the "application_properties" in the returned response with correlation-id: /,
];

/**
 * Codes of Node.js for the network and for TLS; those of programming errors begin with ERR_ and are not
 * included.
 */
const CONNECTION_ERROR_CODES =
  /^(?:E[A-Z]{3,}|EAI_[A-Z]+|ERR_TLS_\w+|ERR_SSL_\w+|ERR_SOCKET_\w+|ERR_STREAM_(?:DESTROYED|PREMATURE_CLOSE|WRITE_AFTER_END)|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/;

/** Never quotes the client's text, which may name an endpoint with its key. */
export function toQueueError(
  error: unknown,
  queue: string,
  what = 'did not take a message',
): BlobmirrorError {
  if (error instanceof BlobmirrorError) return error;
  const reason = isServiceBusError(error) ? error.code : nameOf(error);
  const code = isServiceBusError(error)
    ? QUEUE_ERRORS[reason]
    : isConnectionError(error)
      ? 'queue-unavailable'
      : undefined;
  // An unknown error is not treated as an outage: a message that cannot be sent would be retried for ever.
  return new BlobmirrorError(code ?? 'unexpected', `queue ${queue} ${what}: ${lossOf(error) ?? reason}`, {
    context: { queue, service: reason },
    ...(code === undefined && { cause: withoutText(error) }),
  });
}

/** A connection that could not be opened, with the host and port: `ECONNREFUSED at 127.0.0.1:5672`. */
function lossOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { address, hostname, port } = error as { address?: unknown; hostname?: unknown; port?: unknown };
  const [, code] = /\b(E[A-Z]{4,})\b/.exec(error.message) ?? [];
  const host = address ?? hostname;
  if (code === undefined || typeof host !== 'string') return undefined;
  return `${code} at ${host}${typeof port === 'number' ? `:${port}` : ''}`;
}

/** For example a refused connection, an unknown host name, no token. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isConnectionError)) return true;
  if (error.name === 'Error' && CONNECTION_ERROR_TEXTS.some((text) => text.test(error.message))) return true;
  return CONNECTION_ERROR_NAMES.has(error.name) || CONNECTION_ERROR_CODES.test(nameOf(error));
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

/** The stack, for the log. The message is left out: it may quote a queue message, or an endpoint with its key. */
function withoutText(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const withStackAlone = new Error(`${nameOf(error)}, message left out`);
  withStackAlone.name = error.name;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  withStackAlone.stack = [`${withStackAlone.name}: ${withStackAlone.message}`, ...frames].join('\n');
  return withStackAlone;
}
