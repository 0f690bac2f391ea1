import type { DeadLetter } from '../model/dead-letter.ts';
import { ERRORS, type ErrorCode, isLasting } from '../model/errors.ts';

const MINUTE_MS = 60_000;
/** How long a letter has been one before its first, its second and its last replay without anybody's asking. */
const AFTER_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS] as const;

/**
 * Whether a letter is to be replayed by itself once the accounts answer: what made it one may pass, and it was not
 * replayed for that too often or too soon. What only a person can mend waits for that person.
 */
export function isDue({ code, replays, deadLetteredAt }: DeadLetter, now: Date): boolean {
  const afterMs = AFTER_MS[replays];
  if (afterMs === undefined || now.getTime() - Date.parse(deadLetteredAt) < afterMs) return false;
  return Object.hasOwn(ERRORS, code) && ERRORS[code as ErrorCode].disposition === 'retry' && !isLasting(code);
}
