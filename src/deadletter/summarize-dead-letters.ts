import type { DeadLetterSummary } from '../api/dead-letter.ts';
import { type DeadLetterMark, isCoveredBy } from './dead-letter-mark.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';

const MAX_COUNTED = 50_000;
const BUDGET_MS = 20_000;
/** Names are untrusted: beyond this many they count as `other`. */
const MAX_NAMES = 1000;

/** Counts the dead letters by code and container, in bounded time. */
export async function summarizeDeadLetters(
  queues: DeadLetterQueues,
  acknowledged: DeadLetterMark | undefined,
): Promise<DeadLetterSummary> {
  const deadline = performance.now() + BUDGET_MS;
  const isAcknowledged = acknowledged === undefined ? () => false : isCoveredBy(acknowledged);
  const byCode = new Map<string, number>();
  const byContainer = new Map<string, number>();
  let count = 0;
  let acknowledgedCount = 0;
  let oldest: string | null = null;
  let isComplete = true;
  for await (const { deadLetter } of browseDeadLetters(queues)) {
    if (count >= MAX_COUNTED || performance.now() > deadline) {
      isComplete = false;
      break;
    }
    count++;
    add(byCode, deadLetter.code);
    if (deadLetter.container !== undefined) add(byContainer, deadLetter.container);
    if (isAcknowledged(deadLetter)) acknowledgedCount++;
    else if (oldest === null || deadLetter.deadLetteredAt < oldest) oldest = deadLetter.deadLetteredAt;
  }
  return {
    count,
    isComplete,
    acknowledged: acknowledgedCount,
    byCode: Object.fromEntries(byCode),
    byContainer: Object.fromEntries(byContainer),
    oldest,
    acknowledgedUntil: acknowledged?.until ?? null,
  };
}

function add(counts: Map<string, number>, name: string): void {
  const counted = counts.has(name) || counts.size < MAX_NAMES ? name : 'other';
  counts.set(counted, (counts.get(counted) ?? 0) + 1);
}
