import { BlobmirrorError } from '../model/errors.js';
import { type Environment, readChoice, readOptional } from './environment.js';

/** See `azure/copy/copy-options.ts`. */
export interface CopySettings {
  readonly engine: 'auto' | 'server' | 'copy-blob' | 'streamed';
  readonly verify: 'service' | 'full';
  /** Milliseconds. */
  readonly budgetMs: number;
}

const BUDGET = 'BLOBMIRROR_COPY_BUDGET';
/** Fits the five minutes of Azure Functions on a Consumption plan, with time to end what has begun. */
const BUDGET_SECONDS = 240;

/** @throws BlobmirrorError `setting-invalid` */
export function readCopySettings(env: Environment): CopySettings {
  return {
    engine: readChoice(env, 'BLOBMIRROR_COPY', ['auto', 'server', 'copy-blob', 'streamed'], 'auto'),
    verify: readChoice(env, 'BLOBMIRROR_VERIFY', ['service', 'full'], 'service'),
    budgetMs: readSeconds(env) * 1000,
  };
}

function readSeconds(env: Environment): number {
  const text = readOptional(env, BUDGET);
  if (text === undefined) return BUDGET_SECONDS;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) return seconds;
  throw new BlobmirrorError(
    'setting-invalid',
    `${BUDGET} is ${JSON.stringify(text)}; it should be a whole number of seconds, 86400 at most`,
  );
}
