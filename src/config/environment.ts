import { BlobmirrorError } from '../model/errors.ts';
import { quoted } from '../model/printable.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';

/** Environment variables, which the app settings of Azure Functions are, too. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What holds a key, a token or a signature: a part of a connection string, of a URL with a SAS, or a key by itself. */
const SECRET =
  /(?:^|[?&;\s"'])sig=|(?:accountkey|sharedaccesskey|sharedaccesssignature|clientsecret|password)\s*=|\/\/[^/?#@\s]*:[^/?#@\s]+@|[a-z0-9+/]{42,}={1,2}(?:[^=]|$)/i;

/**
 * What may be a key or a token, whole or cut short: function keys, client secrets, keys of accounts. A long name of both
 * cases and digits looks like one, too, so it is only not shown.
 */
const LONG_WORD = /[\w+/~.=-]{24,}/g;

export function holdsSecret(text: string): boolean {
  return decodings(text).some((each) => SECRET.test(each));
}

function mayHoldSecret(text: string): boolean {
  return decodings(text).some(
    (each) =>
      SECRET.test(each) ||
      /\bsig=/i.test(each) ||
      (each.match(LONG_WORD) ?? []).some(
        (word) => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word),
      ),
  );
}

/** A text, and what it is where it was percent-encoded, up to three times. */
function decodings(text: string): readonly string[] {
  const all = [text];
  while (all.length < 4) {
    const next = decoded(all.at(-1) ?? '');
    if (next === all.at(-1)) break;
    all.push(next);
  }
  return all;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MAX_SHOWN = 200;

/** A value for an error: in quotes, without a secret that was pasted into the wrong setting. */
export function shown(value: string): string {
  if (mayHoldSecret(value)) return 'a value that may be a secret and is not shown';
  return quoted(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
}

/** @throws BlobmirrorError `setting-missing` */
export function readText(env: Environment, name: string, meaning: string): string {
  const value = readOptional(env, name);
  if (value !== undefined) return value;
  throw new BlobmirrorError('setting-missing', `${name} is not set; it should be ${meaning}`);
}

/** Blank means not set. */
export function readOptional(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readChoice<const Choice extends string>(
  env: Environment,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const value = readOptional(env, name);
  if (value === undefined) return fallback;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${shown(value)}; it should be ${choices.join(' or ')}`,
  );
}

/** The range of a setting that is a whole number. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** The value when it is not set. */
  readonly fallback: number;
  /** What is counted: `a whole number of seconds`. */
  readonly meaning: string;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readNumber(
  env: Environment,
  name: string,
  { min, max, fallback, meaning }: NumberRange,
): number {
  const text = readOptional(env, name);
  if (text === undefined) return fallback;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${shown(text)}; it should be ${meaning}, from ${min} to ${max}`,
  );
}

/**
 * The items of a setting that is a list, trimmed.
 *
 * @param meaning what items should be, for the error
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
    `${name} holds ${shown(wrong)}; it should be ${meaning}, with semicolons between them`,
  );
}

/** The name of a container that belongs to the mirror: valid, and none that the service reserves. @throws BlobmirrorError `setting-invalid` */
export function readOwnContainer(env: Environment, name: string, fallback = ''): ContainerName {
  const text = readOptional(env, name) ?? fallback;
  try {
    const container = parseContainerName(text);
    if (!container.startsWith('$')) return container;
  } catch {
    // Reported below.
  }
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${shown(text)}; it should be a container name, for a container of the mirror itself`,
  );
}
