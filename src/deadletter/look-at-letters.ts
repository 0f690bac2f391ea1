import { theServiceClock } from '../clock/the-service-clock.ts';
import { type DeadLetter, LETTER_QUEUES, type LetterQueue } from '../model/dead-letter.ts';
import type { BrowsedMessage } from '../ports/queue-browser.ts';
import type { LetterPlace } from './letter-id.ts';
import type { LetterQueues } from './letter-queues.ts';
import { readLetter } from './read-letter.ts';

export interface SeenLetter {
  readonly letter: DeadLetter;
  readonly message: BrowsedMessage;
}

/** Every letter there is, queue by queue, or those from a place on; a page of the service at a time. */
export async function* lookAtLetters(
  queues: LetterQueues,
  {
    from,
    only = LETTER_QUEUES,
  }: { readonly from?: LetterPlace; readonly only?: readonly LetterQueue[] } = {},
): AsyncIterable<SeenLetter> {
  const now = theServiceClock.now();
  const later = from === undefined ? only : only.slice(only.indexOf(from.queue));
  for (const queue of later) {
    const start = queue === from?.queue ? { from: from.sequenceNumber } : {};
    for await (const page of queues[queue].browse(start)) {
      for (const message of page) yield { letter: readLetter(message, queue, now), message };
    }
  }
}
