import type { DeadLetterSummary } from '../api/dead-letter.ts';
import { type DeadLetterMark, isCoveredBy } from './dead-letter-mark.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';

const MOST_COUNTED = 50_000;
const LONGEST_MS = 20_000;
/** A name of a container, or a code, is what a stranger wrote: only so many are told apart. */
const MOST_NAMES = 1000;

/** How many letters there are, and why, in bounded time. */
export async function summarizeDeadLetters(
  queues: DeadLetterQueues,
  acknowledged: DeadLetterMark | undefined,
): Promise<DeadLetterSummary> {
  const deadline = performance.now() + LONGEST_MS;
  const isAcknowledged = acknowledged === undefined ? () => false : isCoveredBy(acknowledged);
  const byCode = new Map<string, number>();
  const byContainer = new Map<string, number>();
  let count = 0;
  let known = 0;
  let oldest: string | null = null;
  let isComplete = true;
  for await (const { letter } of browseDeadLetters(queues)) {
    if (count >= MOST_COUNTED || performance.now() > deadline) {
      isComplete = false;
      break;
    }
    count++;
    add(byCode, letter.code);
    if (letter.container !== undefined) add(byContainer, letter.container);
    if (isAcknowledged(letter)) known++;
    else if (oldest === null || letter.deadLetteredAt < oldest) oldest = letter.deadLetteredAt;
  }
  return {
    count,
    isComplete,
    acknowledged: known,
    byCode: Object.fromEntries(byCode),
    byContainer: Object.fromEntries(byContainer),
    oldest,
    acknowledgedUntil: acknowledged?.until ?? null,
  };
}

function add(counts: Map<string, number>, name: string): void {
  const counted = counts.has(name) || counts.size < MOST_NAMES ? name : 'other';
  counts.set(counted, (counts.get(counted) ?? 0) + 1);
}
