import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional } from './environment.ts';

/** What a whole number of the settings may be. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** When it is not set. */
  readonly otherwise: number;
  /** What is counted: `a whole number of seconds`. */
  readonly meaning: string;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readNumber(
  env: Environment,
  name: string,
  { least, most, otherwise, meaning }: NumberRange,
): number {
  const text = readOptional(env, name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(text)}; it should be ${meaning}, from ${least} to ${most}`,
  );
}
