import type { DeadLetter } from '../api/dead-letter.ts';
import { NOTHING_ON_RECORD, type RecordedKeys } from '../api/unprotected.ts';
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
 * The keys that a statement excepts: those on record, those that the full sync left, those of dead letters, and those that
 * wait for a recheck because they are known to be changing. A key that is several of these counts once; beyond the named
 * keys that cannot be seen, and it counts more than once.
 *
 * @param left by a full sync that is not on record
 */
export function exceptKeys(
  left: ExceptedKeys,
  { counts, keys }: Pick<DeadLetters, 'counts' | 'keys'>,
  held: ExceptedKeys = NONE,
  recorded: RecordedKeys = NOTHING_ON_RECORD,
): ExceptedKeys {
  // Two dead letters may be of one key, and a dead letter may have no key.
  const letters = { count: keys.length < MOST_KEYS ? keys.length : counts.count, sample: keys };
  const onRecord = { count: recorded.keys.length + recorded.more, sample: recorded.keys };
  const names = new Map<string, ExceptedKey>();
  let count = 0;
  for (const { count: all, sample } of [onRecord, left, letters, held]) {
    count += all;
    for (const { container, path, reason } of sample) {
      const name = `${container}/${path}`;
      if (names.has(name)) count--;
      else names.set(name, { container, path, reason });
    }
  }
  return {
    count,
    sample: [...names.values()].slice(0, MOST_KEYS),
    ...(!recorded.isComplete && { isComplete: false as const }),
  };
}
