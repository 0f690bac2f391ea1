import { type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody: {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  };
}

/** What is wrong with the request; all else is wrong with us. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'request-invalid': 400,
  'action-not-allowed': 403,
  'run-not-found': 404,
  'letter-not-found': 404,
  'run-in-progress': 409,
  'run-has-ended': 409,
  unexpected: 500,
};

/**
 * An error as an answer: 503 for what may pass by itself. What a stranger threw is only told in the log: nobody has
 * looked through its text for secrets.
 */
export function toErrorAnswer(thrown: unknown, log: Logger): ErrorAnswer {
  const error = toBlobmirrorError(thrown);
  const { code, hint, retryAfterMs, disposition } = error;
  const status = STATUS[code] ?? (disposition === 'retry' ? 503 : 500);
  if (status >= 500) log.error('an HTTP request could not be answered', { error });
  const message =
    code === 'unexpected' ? 'something unexpected went wrong; the log says what' : error.message;
  return {
    status,
    ...(retryAfterMs !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } }),
    jsonBody: { error: { code, message, hint } },
  };
}
