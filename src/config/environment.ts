import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';

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

/**
 * The items of a setting that holds several, without the blanks around them.
 *
 * @param isItem what an item must be; the line of the error says so in the words of `meaning`
 * @throws BlobmirrorError `setting-invalid`
 */
export function readList(
  env: Environment,
  name: string,
  separator: RegExp,
  isItem: (item: string) => boolean,
  meaning: string,
): readonly string[] {
  const items = (env[name] ?? '')
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const wrong = items.find((item) => !isItem(item));
  if (wrong === undefined) return items;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} holds ${JSON.stringify(wrong)}; it should be ${meaning}, with semicolons between them`,
  );
}

/** A container that the mirror keeps for itself, so none of the service's own. @throws BlobmirrorError `setting-invalid` */
export function readOwnContainer(env: Environment, name: string, otherwise = ''): ContainerName {
  const text = readOptional(env, name) ?? otherwise;
  try {
    const container = parseContainerName(text);
    if (!container.startsWith('$')) return container;
  } catch {
    // Told below.
  }
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(text)}; it should be the name of a container of the mirror's own`,
  );
}
