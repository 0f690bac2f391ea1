import { parseHistory, replayProperties } from '../model/hint-message.ts';
import type { LetterQueue } from '../model/dead-letter.ts';
import type { FreshMessage } from '../ports/dead-letter-queue.ts';
import type { BrowsedMessage } from '../ports/queue-browser.ts';

/**
 * The message that a letter comes back as: the head of a chain of its own, so that no try of it is taken for one of the
 * earlier chain's. Its id is the letter's place: a letter that is replayed twice, since somebody died in between or two
 * did it at once, is one message where the queue still knows the first and a second look at the key where it does not.
 */
export function freshMessage(message: BrowsedMessage, queue: LetterQueue): FreshMessage {
  const { sequenceNumber, messageId, enqueuedAt, applicationProperties, deadLetterReason } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedAt);
  // Whoever had it ten times and told nothing may have died in the middle of a write, as in a message that comes again.
  const unsettled = history.unsettled || deadLetterReason === 'MaxDeliveryCountExceeded';
  return {
    messageId: `replay.${queue}.${sequenceNumber}.${enqueuedAt.getTime()}`,
    applicationProperties: replayProperties((history.replays ?? 0) + 1, unsettled),
  };
}
