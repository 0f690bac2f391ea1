import type { ExceptedKey, ExceptedKeys } from '../../model/status.js';
import { type DeadLetters, MOST_KEYS } from './read-dead-letters.js';

/**
 * The keys that a statement excepts: those that the full sync left, and those that dead letters are of. One that is
 * seen to be both counts once; beyond what is shown nobody knows, and it counts twice.
 */
export function exceptKeys(
  left: ExceptedKeys,
  { counts, keys }: Pick<DeadLetters, 'counts' | 'keys'>,
): ExceptedKeys {
  const nameOf = ({ container, path }: ExceptedKey): string => `${container}/${path}`;
  const known = new Set(left.sample.map(nameOf));
  const more = keys.filter((key) => !known.has(nameOf(key)));
  const both = keys.length - more.length;
  // Two letters may be of one key, and one letter of none.
  const letters = keys.length < MOST_KEYS ? keys.length : counts.count;
  return { count: left.count + letters - both, sample: [...left.sample, ...more].slice(0, MOST_KEYS) };
}
