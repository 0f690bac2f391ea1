import { RestError } from '@azure/storage-blob';
import { BlobmirrorError, type ErrorCode } from '../model/errors.js';

/** The service's own name for what went wrong, `BlobNotFound` for one. A HEAD has it in a header only. */
export function serviceCode(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined;
  const header = error.response?.headers.get('x-ms-error-code');
  if (header !== undefined) return header;
  const details = error.details as { errorCode?: unknown; code?: unknown } | undefined;
  const code = details?.errorCode ?? details?.code;
  return typeof code === 'string' ? code : undefined;
}

export function httpStatus(error: unknown): number | undefined {
  return error instanceof RestError ? error.statusCode : undefined;
}

/** Refused before a byte of the request was sent, so that a write certainly did not happen. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * An SDK error in our own words, translated here and nowhere else. Its text holds the operation, the account and the
 * service's code, and never the SDK's message, which may quote a URL with a signature.
 */
export function toStorageError(
  error: unknown,
  operation: 'read' | 'write',
  account: string,
): BlobmirrorError {
  if (error instanceof BlobmirrorError) return error;
  const status = httpStatus(error);
  const service = serviceCode(error);
  const cut = error instanceof RestError ? error.code : undefined;
  const what = [status, service, status === undefined ? (cut ?? 'no answer') : undefined]
    .filter(Boolean)
    .join(' ');
  const retryAfterMs = retryAfter(error);
  return new BlobmirrorError(
    toCode(operation, status, service, cut),
    `a ${operation} on ${account} failed: ${what}`,
    {
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      context: { account, operation, status, service },
    },
  );
}

function toCode(
  operation: 'read' | 'write',
  status: number | undefined,
  service: string | undefined,
  cut: string | undefined,
): ErrorCode {
  if (status === undefined) {
    return operation === 'read' || (cut !== undefined && NEVER_SENT.has(cut))
      ? 'storage-unavailable'
      : 'write-outcome-unknown';
  }
  if (status === 401 || status === 403) return 'storage-forbidden';
  if (status === 429 || service === 'ServerBusy') return 'storage-throttled';
  // Any other answer of the 5xx kind may come after the write was done: OperationTimedOut says so itself.
  if (status >= 500 || status === 408)
    return operation === 'read' ? 'storage-unavailable' : 'write-outcome-unknown';
  if (status === 404 && operation === 'read') return 'absence-not-proven';
  return 'storage-rejected';
}

function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof RestError)) return undefined;
  const seconds = Number(error.response?.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
