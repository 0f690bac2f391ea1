import { theServiceClock } from '../clock/observed-clock.ts';
import {
  type DeadLetter,
  DEAD_LETTER_QUEUES,
  type DeadLetterSelection,
  type DeadLetterQueueName,
  type ProcessedDeadLetters,
} from '../api/dead-letter.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { ReceivedDeadLetter } from '../ports/dead-letter-queue.ts';
import { parseDeadLetterId, readDeadLetter, spellId } from './read-dead-letter.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';

/** The action on one received dead letter. */
export type DeadLetterAction = (
  received: ReceivedDeadLetter,
  deadLetter: DeadLetter,
) => Promise<'removed' | 'lost'>;

export interface Processing {
  readonly isSelected: (deadLetter: DeadLetter) => boolean;
  readonly act: DeadLetterAction;
  readonly dryRun: boolean;
  /** After it, no further dead letter is processed. */
  readonly signal: AbortSignal;
}

/**
 * Processes each selected dead letter that is there at the start. One that is replayed and fails again is a new dead
 * letter, and is not processed again.
 *
 * @throws BlobmirrorError `request-invalid` for an invalid id; any code of the queue: repeat the call to process the rest
 */
export async function processDeadLetters(
  queues: DeadLetterQueues,
  { ids }: DeadLetterSelection,
  processing: Processing,
): Promise<ProcessedDeadLetters> {
  const places = ids && [...new Set(ids.map(spellId))].map(parseDeadLetterId);
  const total = { done: 0, gone: 0, failed: 0, isComplete: true };
  for (const queue of DEAD_LETTER_QUEUES) {
    const requested = places?.filter((place) => place.queue === queue).length;
    if (requested === 0) continue;
    const { done, gone, failed, isComplete } = await processQueue(queues, queue, processing, requested);
    total.done += done;
    total.gone += gone;
    total.failed += failed;
    total.isComplete &&= isComplete;
  }
  return total;
}

/** @param requested how many dead letters were requested by id; undefined: selected otherwise */
async function processQueue(
  queues: DeadLetterQueues,
  queue: DeadLetterQueueName,
  { isSelected, act, dryRun, signal }: Processing,
  requested: number | undefined,
): Promise<ProcessedDeadLetters> {
  const present = await countSelected();
  const gone = requested === undefined ? 0 : requested - present.selected;
  const isComplete = (): boolean => !signal.aborted;
  if (dryRun || present.selected === 0)
    return { done: present.selected, gone, failed: 0, isComplete: isComplete() };

  let done = 0;
  let failed = 0;
  const handle = async (received: ReceivedDeadLetter): Promise<'next' | 'enough'> => {
    if (signal.aborted || BigInt(received.message.sequenceNumber) > present.last) return 'next';
    const deadLetter = readDeadLetter(received.message, queue, theServiceClock.now());
    if (!isSelected(deadLetter)) return 'next';
    try {
      if ((await act(received, deadLetter)) === 'removed') done++;
    } catch (thrown) {
      // An error of this dead letter, or an unexpected one, skips it; an error of the queue ends the process.
      const { code, disposition } = toBlobmirrorError(thrown);
      if (disposition !== 'park' && code !== 'unexpected') throw thrown;
      failed++;
    }
    return done + failed < present.selected ? 'next' : 'enough';
  };
  await queues[queue].process(handle, { expected: present.expected, signal });

  const missing = present.selected - done - failed;
  if (missing === 0 || signal.aborted) return { done, gone, failed, isComplete: isComplete() };
  // Other processes have removed these, or hold them for now.
  const left = Math.min(missing, Math.max(0, (await countSelected(present.last)).selected - failed));
  return { done, gone: gone + missing - left, failed: failed + left, isComplete: isComplete() };

  /** The number of selected dead letters, the sequence number of the last, and the number of all up to it. */
  async function countSelected(
    until?: bigint,
  ): Promise<{ selected: number; last: bigint; expected: number }> {
    let seen = 0;
    const found = { selected: 0, last: -1n, expected: 0 };
    for await (const { deadLetter, message } of browseDeadLetters(queues, { only: [queue] })) {
      const sequenceNumber = BigInt(message.sequenceNumber);
      if (signal.aborted || (until !== undefined && sequenceNumber > until)) break;
      seen++;
      if (!isSelected(deadLetter)) continue;
      found.selected++;
      found.last = sequenceNumber;
      found.expected = seen;
      if (found.selected === requested) break;
    }
    return found;
  }
}
