import { theServiceClock } from '../clock/process-clocks.ts';
import {
  type DeadLetter,
  DEAD_LETTER_QUEUES,
  type DeadLetterSelection,
  type DeadLetterQueueName,
  type ProcessedDeadLetters,
} from '../api/dead-letter.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { ReceivedDeadLetter } from '../ports/dead-letter-queue.ts';
import { parseDeadLetterId, readDeadLetter } from './read-dead-letter.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';

/** What is to be done to one letter that was taken. */
export type DeadLetterAction = (taken: ReceivedDeadLetter, letter: DeadLetter) => Promise<'removed' | 'lost'>;

export interface Processing {
  readonly isSelected: (letter: DeadLetter) => boolean;
  readonly act: DeadLetterAction;
  readonly dryRun: boolean;
  /** No letter is begun after it. */
  readonly signal: AbortSignal;
}

/**
 * Does something to each letter that is meant, and to none that was not there at the beginning: what is replayed and
 * fails again is another letter, and is left for another time.
 *
 * @throws BlobmirrorError `request-invalid` for an id that is none, or one of the queue; the same again goes on where it ended
 */
export async function processDeadLetters(
  queues: DeadLetterQueues,
  { ids }: DeadLetterSelection,
  taking: Processing,
): Promise<ProcessedDeadLetters> {
  const places = ids && [...new Set(ids)].map(parseDeadLetterId);
  const total = { done: 0, gone: 0, failed: 0, isComplete: true };
  for (const queue of DEAD_LETTER_QUEUES) {
    const asked = places?.filter((place) => place.queue === queue).length;
    if (asked === 0) continue;
    const { done, gone, failed, isComplete } = await processQueue(queues, queue, taking, asked);
    total.done += done;
    total.gone += gone;
    total.failed += failed;
    total.isComplete &&= isComplete;
  }
  return total;
}

/** @param asked how many letters were asked for by name */
async function processQueue(
  queues: DeadLetterQueues,
  queue: DeadLetterQueueName,
  { isSelected: isMeant, act, dryRun, signal }: Processing,
  asked: number | undefined,
): Promise<ProcessedDeadLetters> {
  const there = await look();
  const gone = asked === undefined ? 0 : asked - there.meant;
  const isComplete = (): boolean => !signal.aborted;
  if (dryRun || there.meant === 0) return { done: there.meant, gone, failed: 0, isComplete: isComplete() };

  let done = 0;
  let failed = 0;
  const visit = async (taken: ReceivedDeadLetter): Promise<'next' | 'enough'> => {
    if (signal.aborted || BigInt(taken.message.sequenceNumber) > there.last) return 'next';
    const letter = readDeadLetter(taken.message, queue, theServiceClock.now());
    if (!isMeant(letter)) return 'next';
    try {
      if ((await act(taken, letter)) === 'removed') done++;
    } catch (thrown) {
      // What ails this letter alone, or nobody knows, holds up no other; what ails the queue ends it all.
      const { code, disposition } = toBlobmirrorError(thrown);
      if (disposition !== 'park' && code !== 'unexpected') throw thrown;
      failed++;
    }
    return done + failed < there.meant ? 'next' : 'enough';
  };
  await queues[queue].process(visit, { expected: there.expected, signal });

  const missing = there.meant - done - failed;
  if (missing === 0 || signal.aborted) return { done, gone, failed, isComplete: isComplete() };
  // Somebody else has taken them: for good, or for now.
  const left = Math.min(missing, Math.max(0, (await look(there.last)).meant - failed));
  return { done, gone: gone + missing - left, failed: failed + left, isComplete: isComplete() };

  /** How many are meant, the place of the last of them, and how many there are up to it. */
  async function look(until?: bigint): Promise<{ meant: number; last: bigint; expected: number }> {
    let seen = 0;
    const found = { meant: 0, last: -1n, expected: 0 };
    for await (const { letter, message } of browseDeadLetters(queues, { only: [queue] })) {
      const sequenceNumber = BigInt(message.sequenceNumber);
      if (signal.aborted || (until !== undefined && sequenceNumber > until)) break;
      seen++;
      if (!isMeant(letter)) continue;
      found.meant++;
      found.last = sequenceNumber;
      found.expected = seen;
      if (found.meant === asked) break;
    }
    return found;
  }
}
