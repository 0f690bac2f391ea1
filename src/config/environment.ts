import { BlobmirrorError } from '../model/errors.ts';

/** App settings as they come: environment variables, in Azure Functions and everywhere else. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws BlobmirrorError `setting-missing` */
export function readText(env: Environment, name: string, meaning: string): string {
  const value = readOptional(env, name);
  if (value !== undefined) return value;
  throw new BlobmirrorError('setting-missing', `${name} is not set; it should be ${meaning}`);
}

/** Blank is as good as not set. */
export function readOptional(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readChoice<const Choice extends string>(
  env: Environment,
  name: string,
  choices: readonly Choice[],
  otherwise: Choice,
): Choice {
  const value = readOptional(env, name);
  if (value === undefined) return otherwise;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(value)}; it should be ${choices.join(' or ')}`,
  );
}
