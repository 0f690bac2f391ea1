import type {
  DeadLetter,
  DeadLetterSelection,
  DeadLetterQueueName,
  DeadLetterSummary,
  ProcessedDeadLetters,
} from '../api/dead-letter.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import {
  type DeadLetterPage,
  type DeadLetterQueues,
  type ListRequest,
  exportDeadLetters,
  listDeadLetters,
  browseDeadLetters,
  matchesSelection,
  showDeadLetter,
} from './browse-dead-letters.ts';
import { type DeadLetterMark, MarkBuilder, advanceMark, readMark } from './dead-letter-mark.ts';
import { type DeadLetterAction, processDeadLetters } from './process-dead-letters.ts';
import { summarizeDeadLetters } from './summarize-dead-letters.ts';
import { parseHistory, replayProperties } from '../model/hint-message.ts';
import type { BrowsedMessage, FreshMessage } from '../ports/dead-letter-queue.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * The dead letters of the mirror: looked at, replayed, purged. A replay is a fresh message with the event that the letter
 * holds; what becomes of it is for the intake and the heart to say. Nothing here writes to an account, believes a word
 * of a letter, or holds more of them than a page.
 */

export interface DeadLetterStore {
  readonly list: (request: ListRequest) => Promise<DeadLetterPage>;
  readonly show: (id: string) => Promise<DeadLetter>;
  readonly export: (choice: DeadLetterSelection) => AsyncIterable<string>;
  readonly summary: () => Promise<DeadLetterSummary>;
  readonly replay: (choice: DeadLetterSelection, options?: ProcessOptions) => Promise<ProcessedDeadLetters>;
  readonly purge: (choice: DeadLetterSelection, options?: ProcessOptions) => Promise<ProcessedDeadLetters>;
  /** Takes note of all letters that there are now. Until when that is. */
  readonly acknowledge: () => Promise<DeadLetterMark>;
}

interface ProcessOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Of those that are chosen, only these. */
  readonly only?: (letter: DeadLetter) => boolean;
}

/** The document of the mark. */
export const ACKNOWLEDGED = 'control/acknowledged';
const NEVER = new AbortController().signal;

export function createDeadLetterStore(
  queues: DeadLetterQueues,
  documents: DocumentStore,
  log: Logger,
): DeadLetterStore {
  const replay: DeadLetterAction = async (taken, { id, queue, code, container, path, replays }) => {
    await taken.sendAgain(replayMessage(taken.message, queue));
    const outcome = await taken.remove();
    log.info('a dead letter was replayed', { id, code, container, path, replays: replays + 1, outcome });
    return outcome;
  };
  const purge: DeadLetterAction = async (taken, { id, code, container, path }) => {
    const outcome = await taken.remove();
    if (outcome === 'removed') log.info('a dead letter was purged', { id, code, container, path });
    return outcome;
  };
  const take =
    (act: DeadLetterAction) =>
    async (
      choice: DeadLetterSelection,
      { dryRun = false, signal = NEVER, only = () => true }: ProcessOptions = {},
    ) => {
      const isChosen = matchesSelection(choice);
      const isMeant = (letter: DeadLetter): boolean => isChosen(letter) && only(letter);
      return await processDeadLetters(queues, choice, { isSelected: isMeant, act, dryRun, signal });
    };

  return {
    list: async (request) => await listDeadLetters(queues, request),
    show: async (id) => await showDeadLetter(queues, id),
    export: (choice) => exportDeadLetters(queues, choice),
    summary: async () => await summarizeDeadLetters(queues, await readMark(documents, ACKNOWLEDGED)),
    replay: take(replay),
    purge: take(purge),
    acknowledge: async () => {
      const maker = new MarkBuilder();
      for await (const { letter } of browseDeadLetters(queues)) maker.add(letter);
      const mark = maker.mark(theServiceClock.now());
      await advanceMark(documents, ACKNOWLEDGED, mark);
      log.info('dead letters were acknowledged', { until: mark.until });
      return mark;
    },
  };
}

/**
 * The message that a letter comes back as: the head of a chain of its own, so that no try of it is taken for one of the
 * earlier chain's. Its id is the letter's place: a letter that is replayed twice, since somebody died in between or two
 * did it at once, is one message where the queue still knows the first and a second look at the key where it does not.
 */
export function replayMessage(message: BrowsedMessage, queue: DeadLetterQueueName): FreshMessage {
  const { sequenceNumber, messageId, enqueuedAt, applicationProperties, deadLetterReason } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedAt);
  // Whoever had it ten times and told nothing may have died in the middle of a write, as in a message that comes again.
  const unsettled = history.unsettled || deadLetterReason === 'MaxDeliveryCountExceeded';
  return {
    messageId: `replay.${queue}.${sequenceNumber}.${enqueuedAt.getTime()}`,
    applicationProperties: replayProperties((history.replays ?? 0) + 1, unsettled),
  };
}
