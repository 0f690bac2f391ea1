import { RestError } from '@azure/storage-blob';
import { ForeignAnswer, isServiceAnswer } from './foreign-answer.ts';
import { DamagedPage } from './damaged-page.ts';
import {
  STATUS_ANSWERS,
  STORAGE_ANSWERS,
  type StorageAnswer,
  isRefusal,
  toRefusedOutcome,
} from './storage-answers.ts';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../../model/errors.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';

export type Operation = 'read' | 'write';

/**
 * An answer that is not from the service says nothing about the account: neither a refusal, nor a condition
 * that did not hold.
 */
const NOT_OF_SERVICE = { read: 'answer-not-of-service', write: 'write-outcome-unknown' } as const;
const REJECTED: Meanings = { read: 'storage-rejected', write: 'storage-rejected' };

/** What an answer means; see `StorageAnswer`. */
type Meanings = Pick<StorageAnswer, 'read' | 'write' | 'of'>;

const ANSWERS: ReadonlyMap<string, StorageAnswer> = new Map(
  STORAGE_ANSWERS.map((answer) => [`${answer.status} ${answer.service}`, answer]),
);

/** The service's own error code, for example `BlobNotFound`. The answer to a HEAD has it in a header only. */
export function serviceCode(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined;
  const header = error.response?.headers.get('x-ms-error-code');
  if (header !== undefined) return header;
  const details = error.details as { errorCode?: unknown; code?: unknown } | undefined;
  const code = details?.errorCode ?? details?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether the service said by name that there is no such blob or container. */
export function isAbsent(error: unknown): boolean {
  const code = serviceCode(error);
  return code === 'BlobNotFound' || code === 'ContainerNotFound';
}

export function httpStatus(error: unknown): number | undefined {
  return error instanceof RestError ? error.statusCode : undefined;
}

/** The meaning of the service's answer by the tables; undefined without an answer. */
export function toMeanings(error: unknown): Meanings | undefined {
  const status = httpStatus(error);
  if (status === undefined) return undefined;
  const known = ANSWERS.get(`${status} ${serviceCode(error)}`);
  if (known !== undefined) return known;
  const meanings = STATUS_ANSWERS.find(({ from, to }) => from <= status && status <= to);
  const { ofServiceAlone = false } = meanings ?? { ofServiceAlone: true };
  return ofServiceAlone && !isAnsweredByService(error) ? NOT_OF_SERVICE : (meanings ?? REJECTED);
}

/** Whether the service itself failed a request, judged by its headers or by an error code in the body. */
export function isAnsweredByService(error: unknown): boolean {
  if (!(error instanceof RestError) || error.response === undefined) return false;
  return isServiceAnswer(error.response.headers) || ANSWERS.has(`${error.statusCode} ${serviceCode(error)}`);
}

/**
 * Translates an SDK error; this is the only place. The text holds the operation, the account and the
 * service's code, never the SDK's message, which may quote a URL with a signature. An error that is not of
 * the SDK, the network or the identity is a defect: `unexpected`.
 */
export function toStorageError(error: unknown, operation: Operation, account: string): BlobmirrorError {
  if (error instanceof BlobmirrorError) return error;
  if (error instanceof ForeignAnswer || error instanceof DamagedPage) {
    const { message } = error;
    const status = error instanceof ForeignAnswer ? error.status : undefined;
    return new BlobmirrorError(NOT_OF_SERVICE[operation], `a ${operation} on ${account} failed: ${message}`, {
      cause: error,
      context: { account, operation, status },
    });
  }
  const code = toCode(error, operation);
  if (code === undefined) return toBlobmirrorError(error);
  const status = httpStatus(error);
  const service = serviceCode(error);
  const what = status === undefined ? describeLoss(error) : [status, service].join(' ').trim();
  const retryAfterMs = retryAfter(error);
  return new BlobmirrorError(code, `a ${operation} on ${account} failed: ${what}`, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    context: {
      account,
      operation,
      status,
      service,
      ...(status !== undefined && !isAnsweredByService(error) && { isOfService: false }),
    },
  });
}

function toCode(error: unknown, operation: Operation): ErrorCode | undefined {
  const meaning = toMeanings(error)?.[operation];
  if (meaning === undefined) return toLossCode(error, operation);
  // Callers that end here did not ask whether the blob exists, or have no condition that could be refused.
  if (meaning === 'absent') return 'absence-not-proven';
  return isRefusal(meaning) ? 'race-lost' : meaning;
}

/** The meaning of an error without an answer. */
function toLossCode(error: unknown, operation: Operation): ErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if (NO_TOKEN.has(error.name)) return 'storage-forbidden';
  const lost = lossCode(error);
  if (lost === undefined && !(error instanceof RestError)) return undefined;
  return operation === 'read' || (lost !== undefined && NEVER_SENT.has(lost))
    ? 'storage-unavailable'
    : 'write-outcome-unknown';
}

/** A code such as `ECONNRESET`, of the error or of its cause. */
function lossCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Our time-out: see `openPipeline`.
  if (error.name === 'AbortError') return 'ETIMEDOUT';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : lossCode(error.cause);
}

/** The code of the loss, and the host and port that were asked: `ECONNREFUSED at 127.0.0.1:10000`. */
function describeLoss(error: unknown): string {
  const code = lossCode(error) ?? 'no answer';
  const url = error instanceof RestError ? error.request?.url : undefined;
  if (url === undefined || !URL.canParse(url)) return code;
  const { hostname, port, protocol } = new URL(url);
  return `${code} at ${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
}

/** When the service answered, by its own clock. */
function answeredAt(headers: { get(name: string): string | undefined } | undefined): number {
  const date = Date.parse(headers?.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

/** Seconds or a date: RFC 9110, Retry-After. Storage also sends milliseconds in a header of its own. */
function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof RestError)) return undefined;
  const headers = error.response?.headers;
  const milliseconds = Number(headers?.get('x-ms-retry-after-ms') ?? headers?.get('retry-after-ms'));
  if (milliseconds > 0) return milliseconds;
  const text = headers?.get('retry-after');
  if (text === undefined) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - answeredAt(headers);
  return wait > 0 ? wait : undefined;
}

/** The names of the accounts that a write on the backup involves. */
export interface AccountNames {
  readonly backup: string;
  readonly source: string;
}

/**
 * Does a write on the backup, and returns what the service made of its conditions. An error names the account
 * that it came from: the source, where the backup account could not read what to copy.
 */
export async function toWriteOutcome(
  sides: AccountNames,
  write: () => Promise<unknown>,
): Promise<WriteOutcome> {
  try {
    await write();
    return { kind: 'written' };
  } catch (error) {
    const meanings = toMeanings(error);
    if (meanings !== undefined && isRefusal(meanings.write)) return toRefusedOutcome(meanings.write);
    throw toStorageError(error, 'write', meanings?.of === 'source' ? sides.source : sides.backup);
  }
}

/**
 * Requests without an answer, by Node's error code: nodejs.org/api/errors.html and, for TLS,
 * nodejs.org/api/tls.html. These end before a byte of the request is sent, so a write certainly did not
 * happen. After every other one, for example ECONNRESET, ETIMEDOUT or EPIPE, it may have.
 */
export const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Errors of @azure/identity, by name: there was no token, so the request was not sent. */
export const NO_TOKEN: ReadonlySet<string> = new Set([
  'AuthenticationError',
  'AuthenticationRequiredError',
  'AggregateAuthenticationError',
  'CredentialUnavailableError',
]);
