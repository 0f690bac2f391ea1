import type { ExceptedKey, ExceptedKeys } from '../../model/status.ts';
import { type DeadLetters, MOST_KEYS } from './read-dead-letters.ts';

const NONE: ExceptedKeys = { count: 0, sample: [] };

/**
 * The keys that a statement excepts: those that the full sync left, those that dead letters are of, and those that wait
 * to be looked at again since they are known to be still changing. One that is seen to be several of these counts once;
 * beyond what is shown nobody knows, and it counts more than once.
 */
export function exceptKeys(
  left: ExceptedKeys,
  { counts, keys }: Pick<DeadLetters, 'counts' | 'keys'>,
  held: ExceptedKeys = NONE,
): ExceptedKeys {
  // Two letters may be of one key, and one letter of none.
  const letters = { count: keys.length < MOST_KEYS ? keys.length : counts.count, sample: keys };
  return unite(unite(left, letters), held);
}

function unite(one: ExceptedKeys, other: ExceptedKeys): ExceptedKeys {
  const nameOf = ({ container, path }: ExceptedKey): string => `${container}/${path}`;
  const known = new Set(one.sample.map(nameOf));
  const more = other.sample.filter((key) => !known.has(nameOf(key)));
  const both = other.sample.length - more.length;
  return {
    count: one.count + other.count - both,
    sample: [...one.sample, ...more].slice(0, MOST_KEYS),
  };
}
