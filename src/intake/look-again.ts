import type { Hint } from '../model/hint.js';
import type { Verdict } from '../model/verdict.js';
import type { WalkPosition } from '../model/walk-position.js';
import type { HintQueue } from '../ports/hint-queue.js';
import { chainMessage, type Handled, type Part } from './chain-message.js';

/** A writer that flushes without closing, or appends, is most likely still at work. */
const SECOND_LOOK_MS = 30_000;
/** The service copies by itself; there is nothing to do but to look whether it is done. */
const WAIT_MS = 10_000;

/** After how long a key is to be looked at again although nothing failed, in milliseconds; undefined: not at all. */
export function lookAgainAfter(hint: Hint, verdict: Verdict): number | undefined {
  if (verdict.verdict === 'unfinished') return verdict.engine === 'copy-blob' ? WAIT_MS : 0;
  // A look that found the key in sync ends the chain: the ETag has stopped moving.
  return hint.mayChangeSilently && verdict.verdict === 'copied' ? SECOND_LOOK_MS : undefined;
}

/** A look at an event after this one. */
export interface NextLook {
  readonly delayMs: number;
  /** Where the walk of its prefixes goes on; undefined: at its beginning. */
  readonly walk: WalkPosition | undefined;
  /** Nothing of the event is left to be mirrored: the look is for what may have come since. */
  readonly isMirrored: boolean;
}

/** Sends the event again for another look. What failed before counts no more: the look ended well. */
export async function lookAgain(
  queue: HintQueue,
  history: Handled,
  hint: Hint,
  part: Part,
  { delayMs, walk, isMirrored }: NextLook,
): Promise<void> {
  const next = {
    walk,
    attempts: 0,
    looks: history.looks + 1,
    lastError: undefined,
    firstError: undefined,
    firstSeen: new Date(),
    mirrored: isMirrored,
  };
  await queue.sendLater(chainMessage(hint.event, part, 'look', history, next), delayMs);
}
