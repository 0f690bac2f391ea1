import type { DeadLetter } from '../../model/dead-letter.ts';
import type { DeadLetterCounts, ExceptedKey } from '../../model/status.ts';

/** The dead letters there are, and the keys that they keep out of every statement. */
export interface DeadLetters {
  readonly counts: DeadLetterCounts;
  /** The first ones, each once. */
  readonly keys: readonly ExceptedKey[];
}

interface Limits {
  readonly mostLetters: number;
  readonly budgetMs: number;
}

const LIMITS: Limits = { mostLetters: 20_000, budgetMs: 3000 };
/** Codes are what strangers wrote: only so many are told apart. */
const MOST_CODES = 100;
export const MOST_KEYS = 100;

/**
 * Counts dead letters by their code, as far as the limits allow.
 *
 * @throws BlobmirrorError when a queue cannot be asked
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
    // From the first one on: a connection that was slow to open is no reason to have counted none.
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
