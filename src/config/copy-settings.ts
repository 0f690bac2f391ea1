import { type Environment, readChoice } from './environment.ts';
import { readNumber } from './read-number.ts';

/** See `azure/copy/copy-options.ts`. */
export interface CopySettings {
  readonly engine: 'auto' | 'server' | 'copy-blob' | 'streamed';
  readonly verify: 'service' | 'full';
  /** Milliseconds. */
  readonly budgetMs: number;
}

/** Fits the five minutes of Azure Functions on a Consumption plan, with time to end what has begun. */
const BUDGET_SECONDS = 240;

/** @throws BlobmirrorError `setting-invalid` */
export function readCopySettings(env: Environment): CopySettings {
  return {
    engine: readChoice(env, 'BLOBMIRROR_COPY', ['auto', 'server', 'copy-blob', 'streamed'], 'auto'),
    verify: readChoice(env, 'BLOBMIRROR_VERIFY', ['service', 'full'], 'service'),
    budgetMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_COPY_BUDGET', {
        least: 1,
        most: 86_400,
        otherwise: BUDGET_SECONDS,
        meaning: 'a whole number of seconds',
      }),
  };
}
