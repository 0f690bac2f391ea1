import type { DeadLetter } from '../api/dead-letter.ts';
import { NOTHING_ON_RECORD, type RecordedKeys } from '../api/unprotected.ts';
import type { DeadLetterCounts, ExceptedKey, ExceptedKeys } from '../api/status.ts';

/** The number of dead letters, and the keys that they except from every statement. */
export interface DeadLetters extends DeadLetterKeys {
  readonly counts: DeadLetterCounts;
}

/** The keys of dead letters: two may be of one key, and one may have none. */
interface DeadLetterKeys {
  /** The first ones, without duplicates. */
  readonly keys: readonly ExceptedKey[];
  /** Of all, without duplicates. */
  readonly keyCount: number;
}

interface Limits {
  readonly mostLetters: number;
  readonly budgetMs: number;
}

const LIMITS: Limits = { mostLetters: 20_000, budgetMs: 3000 };
/** Codes are untrusted: only this many are counted separately. */
const MAX_CODES = 100;
export const MAX_KEYS = 100;
/** As many as the record names: beyond these, nobody sees which keys of dead letters are on record. */
const MAX_NAMED = 1000;

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
  const keys: ExceptedKey[] = [];
  const names = new Set<string>();
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
    const code = byCode.has(letter.code) || byCode.size < MAX_CODES ? letter.code : 'other';
    byCode.set(code, (byCode.get(code) ?? 0) + 1);
    const { container, path = '' } = letter;
    const name = `${container}/${path}`;
    if (container === undefined || names.has(name)) continue;
    names.add(name);
    if (keys.length < MAX_NAMED) keys.push({ container, path, reason: letter.code });
  }
  const counts = { count, isComplete, acknowledged, byCode: Object.fromEntries(byCode) };
  return { counts, keys, keyCount: names.size };
}

const NONE: ExceptedKeys = { count: 0, sample: [] };

/**
 * The keys that a statement excepts: those on record, those that the full sync left, those of dead letters, and those that
 * wait for a recheck because they are known to be changing. A key that is several of these counts once. The count is a
 * lower bound: where a source counts more keys than it names, those may be the ones that another source names or counts.
 *
 * @param left by a full sync that is not on record
 */
export function exceptKeys(
  left: ExceptedKeys,
  letters: DeadLetterKeys,
  held: ExceptedKeys = NONE,
  recorded: RecordedKeys = NOTHING_ON_RECORD,
): ExceptedKeys {
  const onRecord = { count: recorded.keys.length + recorded.more, sample: recorded.keys };
  const ofLetters = { count: letters.keyCount, sample: letters.keys };
  const names = new Map<string, ExceptedKey>();
  const sources = [onRecord, left, ofLetters, held].map(({ count, sample }) => {
    const named = new Set<string>();
    for (const { container, path, reason } of sample) {
      const name = `${container}/${path}`;
      named.add(name);
      if (!names.has(name)) names.set(name, { container, path, reason });
    }
    return { count: Math.max(count, named.size), named: named.size };
  });
  const count = Math.max(names.size, ...sources.map((each) => each.count));
  // Exact if only one source has keys without a name, and names all that any other names.
  const isExact = sources.every((each) => each.count === each.named || each.named === names.size);
  const hasOneUnnamed = sources.filter((each) => each.count > each.named).length <= 1;
  return {
    count,
    sample: [...names.values()].slice(0, MAX_KEYS),
    ...(!(recorded.isComplete && isExact && hasOneUnnamed) && { isComplete: false as const }),
  };
}
