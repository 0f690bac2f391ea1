import { theServiceClock } from '../clock/the-service-clock.ts';
import type { Hint } from '../model/hint.ts';
import type { Verdict } from '../model/verdict.ts';
import type { WalkPosition } from '../model/walk-position.ts';
import type { HeldKey, Watch } from '../model/watch.ts';
import type { HintQueue } from '../ports/hint-queue.ts';
import { chainMessage, type Handled, type Part } from './chain-message.ts';

/** The service copies by itself; there is nothing to do but to look whether it is done. */
const WAIT_MS = 10_000;

/** After how long a long copy goes on, in milliseconds; undefined for what is no such copy. */
export function goesOnAfter(verdict: Verdict): number | undefined {
  if (verdict.verdict !== 'unfinished') return undefined;
  return verdict.engine === 'copy-blob' ? WAIT_MS : 0;
}

/** A look at an event after this one. */
export interface NextLook {
  readonly delayMs: number;
  /** Where the walk of its prefixes goes on; undefined: at its beginning. */
  readonly walk: WalkPosition | undefined;
  /** Nothing of the event is left to be mirrored but the keys that are held: the look is for what may have come since. */
  readonly isMirrored: boolean;
  /** What it should know of the looks so far. */
  readonly watch: Watch | undefined;
  readonly held: readonly HeldKey[];
}

/** Sends the event again for another look. What failed before counts no more: the look ended well. */
export async function lookAgain(
  queue: HintQueue,
  history: Handled,
  hint: Hint,
  part: Part,
  { delayMs, walk, isMirrored, watch, held }: NextLook,
): Promise<void> {
  const next = {
    walk,
    attempts: 0,
    defects: undefined,
    looks: history.looks + 1,
    lastError: undefined,
    firstError: undefined,
    firstSeen: theServiceClock.now(),
    mirrored: isMirrored,
    watch,
    held,
  };
  await queue.sendLater(chainMessage(hint.event, part, 'look', history, next), delayMs);
}
