import { BlobmirrorError } from '../model/errors.ts';
import type { Environment } from './environment.ts';

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
