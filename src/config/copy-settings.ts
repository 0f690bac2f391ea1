import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { type Environment, readChoice, readNumber, readOptional, shown } from './environment.ts';
import { BlobmirrorError } from '../model/errors.ts';

/** See `azure/copy/copy-options.ts`. */
export interface CopySettings {
  readonly engine: 'auto' | 'server' | 'copy-blob' | 'streamed';
  readonly verify: 'service' | 'full';
  /** Milliseconds. */
  readonly budgetMs: number;
}

/** Fits the five minutes of Azure Functions on a Consumption plan, with time to finish the current request. */
const BUDGET_SECONDS = TIME_BUDGETS.copy / 1000;

/** @throws BlobmirrorError `setting-invalid` */
export function readCopySettings(env: Environment): CopySettings {
  return {
    engine: readChoice(env, 'BLOBMIRROR_COPY', ['auto', 'server', 'copy-blob', 'streamed'], 'auto'),
    verify: readChoice(env, 'BLOBMIRROR_VERIFY', ['service', 'full'], 'service'),
    budgetMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_COPY_BUDGET', {
        min: 1,
        max: 86_400,
        fallback: BUDGET_SECONDS,
        meaning: 'a whole number of seconds',
      }),
  };
}

/** The most requests per second to each account. Undefined for no limit. */
export interface RequestRates {
  readonly source: number | undefined;
  readonly backup: number | undefined;
}

const BOTH = 'BLOBMIRROR_MAX_REQUESTS_PER_SECOND';

/** One setting for both accounts, and one for each that takes precedence. @throws BlobmirrorError `setting-invalid` */
export function readRequestRates(env: Environment): RequestRates {
  const both = readRate(env, BOTH);
  return {
    source: readRate(env, `${BOTH}_SOURCE`) ?? both,
    backup: readRate(env, `${BOTH}_BACKUP`) ?? both,
  };
}

function readRate(env: Environment, name: string): number | undefined {
  const text = readOptional(env, name);
  if (text === undefined) return undefined;
  const rate = Number(text);
  if (Number.isFinite(rate) && rate > 0) return rate;
  throw new BlobmirrorError('setting-invalid', `${name} is ${shown(text)}; it should be a number above 0`);
}
