import type { DeadLetter } from '../api/dead-letter.ts';
import type { DeadLetterCounts, ExceptedKey, ExceptedKeys } from '../api/status.ts';

/** The number of dead letters, and the keys that they except from every statement. */
export interface DeadLetters {
  readonly counts: DeadLetterCounts;
  /** The first ones, without duplicates. */
  readonly keys: readonly ExceptedKey[];
}

interface Limits {
  readonly mostLetters: number;
  readonly budgetMs: number;
}

const LIMITS: Limits = { mostLetters: 20_000, budgetMs: 3000 };
/** Codes are untrusted: only this many are counted separately. */
const MOST_CODES = 100;
export const MOST_KEYS = 100;

/**
 * Counts dead letters by their code, within the limits.
 *
 * @throws BlobmirrorError when a queue cannot be read
 */
export async function readDeadLetters(
  letters: AsyncIterable<DeadLetter>,
  isAcknowledged: (letter: DeadLetter) => boolean,
  { mostLetters, budgetMs }: Limits = LIMITS,
): Promise<DeadLetters> {
  const byCode = new Map<string, number>();
  const keys = new Map<string, ExceptedKey>();
  let [count, acknowledged, isComplete] = [0, 0, true];
  let end: number | undefined;
  for await (const letter of letters) {
    // The time limit counts from the first dead letter: a slow connection is no reason to have counted none.
    end ??= performance.now() + budgetMs;
    if (count >= mostLetters || performance.now() >= end) {
      isComplete = false;
      break;
    }
    count++;
    if (isAcknowledged(letter)) acknowledged++;
    const code = byCode.has(letter.code) || byCode.size < MOST_CODES ? letter.code : 'other';
    byCode.set(code, (byCode.get(code) ?? 0) + 1);
    const { container, path = '' } = letter;
    if (container !== undefined && keys.size < MOST_KEYS)
      keys.set(`${container}/${path}`, { container, path, reason: letter.code });
  }
  const counts = { count, isComplete, acknowledged, byCode: Object.fromEntries(byCode) };
  return { counts, keys: [...keys.values()] };
}

const NONE: ExceptedKeys = { count: 0, sample: [] };

/**
 * The keys that a statement excepts: those that the full sync left, those of dead letters, and those that
 * wait for a recheck because they are known to be changing. A key that is several of these counts once;
 * beyond the shown keys that cannot be seen, and it counts more than once.
 */
export function exceptKeys(
  left: ExceptedKeys,
  { counts, keys }: Pick<DeadLetters, 'counts' | 'keys'>,
  held: ExceptedKeys = NONE,
): ExceptedKeys {
  // Two dead letters may be of one key, and a dead letter may have no key.
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
