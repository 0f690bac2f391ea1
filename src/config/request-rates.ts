import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional } from './environment.ts';

/** Requests a second to each account at the most; undefined for no limit of ours. */
export interface RequestRates {
  readonly source: number | undefined;
  readonly backup: number | undefined;
}

const BOTH = 'BLOBMIRROR_MAX_REQUESTS_PER_SECOND';

/** One setting for both accounts, and one for each that goes before it. @throws BlobmirrorError `setting-invalid` */
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
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(text)}; it should be a number of requests above 0`,
  );
}
