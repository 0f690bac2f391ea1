/** A fault of one request to an account. */
export type Fault =
  /** The service is overloaded, and has not begun. */
  | 'busy'
  /** The same, with a Retry-After. */
  | 'busy, retry after'
  /** The service does not say whether it is done. Here it is. */
  | 'timed out'
  | 'internal error'
  /** As while keys are changed or a network rule is wrong. */
  | 'forbidden'
  /** A 404 that is not from the service, and so is no proof that a blob is gone. */
  | 'not found by a stranger'
  | 'cut before the service had it'
  | 'cut before the answer'
  | 'cut in the answer'
  | 'slow';

/** The share of requests with each fault: 0 to 1, and at most 1 in total. */
export type Weather = Readonly<Partial<Record<Fault, number>>>;

export const CALM: Weather = {};

/**
 * Each phase has its own mix of faults. A new blob takes four requests, and the worker's throttle closes an
 * account that fails all the time, so most leave enough for some work to be done.
 */
export const WEATHERS: readonly Weather[] = [
  { slow: 0.5 },
  { busy: 0.2, 'busy, retry after': 0.02 },
  { 'cut before the service had it': 0.06, 'cut before the answer': 0.08, 'cut in the answer': 0.06 },
  { 'internal error': 0.1, 'timed out': 0.1 },
  { forbidden: 0.05, 'not found by a stranger': 0.5 },
  { 'cut before the service had it': 1 },
  {
    slow: 0.3,
    busy: 0.04,
    'cut before the answer': 0.04,
    'timed out': 0.04,
    'not found by a stranger': 0.1,
  },
];

/** An answer of the service, or of an intermediary if it has no code. */
export interface Refusal {
  readonly status: number;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
}

export const REFUSALS: Readonly<Partial<Record<Fault, Refusal>>> = {
  busy: { status: 503, code: 'ServerBusy' },
  'busy, retry after': { status: 503, code: 'ServerBusy', retryAfterSeconds: 1 },
  'internal error': { status: 500, code: 'InternalError' },
  'timed out': { status: 500, code: 'OperationTimedOut' },
  forbidden: { status: 403, code: 'AuthenticationFailed' },
  'not found by a stranger': { status: 404 },
};

/** These refusals come from a service that did what it was asked to before it failed. */
export const DONE_ALL_THE_SAME: ReadonlySet<Fault> = new Set<Fault>(['timed out']);
