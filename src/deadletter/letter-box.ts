/**
 * The dead letters of the mirror: looked at, replayed, purged. A replay is a fresh message with the event that the letter
 * holds; what becomes of it is for the intake and the heart to say. Nothing here writes to an account, believes a word
 * of a letter, or holds more of them than a page.
 */
import { theServiceClock } from '../clock/the-service-clock.ts';
import type { DeadLetter, LetterChoice, LettersDone, LetterSummary } from '../model/dead-letter.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { freshMessage } from './fresh-message.ts';
import type { LetterMark } from './letter-mark.ts';
import { MarkMaker } from './letter-mark.ts';
import type { LetterQueues } from './letter-queues.ts';
import { exportLetters, type LetterPage, listLetters, type ListRequest, showLetter } from './list-letters.ts';
import { lookAtLetters } from './look-at-letters.ts';
import { advanceMark, readMark } from './mark-document.ts';
import { matches } from './matches.ts';
import { summarizeLetters } from './summarize-letters.ts';
import { type Act, takeLetters } from './take-letters.ts';

export interface LetterBox {
  readonly list: (request: ListRequest) => Promise<LetterPage>;
  readonly show: (id: string) => Promise<DeadLetter>;
  readonly export: (choice: LetterChoice) => AsyncIterable<string>;
  readonly summary: () => Promise<LetterSummary>;
  readonly replay: (choice: LetterChoice, options?: TakingOptions) => Promise<LettersDone>;
  readonly purge: (choice: LetterChoice, options?: TakingOptions) => Promise<LettersDone>;
  /** Takes note of all letters that there are now. Until when that is. */
  readonly acknowledge: () => Promise<LetterMark>;
}

interface TakingOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Of those that are chosen, only these. */
  readonly only?: (letter: DeadLetter) => boolean;
}

/** The document of the mark. */
export const ACKNOWLEDGED = 'control/acknowledged';
const NEVER = new AbortController().signal;

export function createLetterBox(queues: LetterQueues, documents: DocumentStore, log: Logger): LetterBox {
  const replay: Act = async (taken, { id, queue, code, container, path, replays }) => {
    await taken.sendAgain(freshMessage(taken.message, queue));
    const outcome = await taken.remove();
    log.info('a dead letter was replayed', { id, code, container, path, replays: replays + 1, outcome });
    return outcome;
  };
  const purge: Act = async (taken, { id, code, container, path }) => {
    const outcome = await taken.remove();
    if (outcome === 'removed') log.info('a dead letter was purged', { id, code, container, path });
    return outcome;
  };
  const take =
    (act: Act) =>
    async (
      choice: LetterChoice,
      { dryRun = false, signal = NEVER, only = () => true }: TakingOptions = {},
    ) => {
      const isChosen = matches(choice);
      const isMeant = (letter: DeadLetter): boolean => isChosen(letter) && only(letter);
      return await takeLetters(queues, choice, { isMeant, act, dryRun, signal });
    };

  return {
    list: async (request) => await listLetters(queues, request),
    show: async (id) => await showLetter(queues, id),
    export: (choice) => exportLetters(queues, choice),
    summary: async () => await summarizeLetters(queues, await readMark(documents, ACKNOWLEDGED)),
    replay: take(replay),
    purge: take(purge),
    acknowledge: async () => {
      const maker = new MarkMaker();
      for await (const { letter } of lookAtLetters(queues)) maker.add(letter);
      const mark = maker.mark(theServiceClock.now());
      await advanceMark(documents, ACKNOWLEDGED, mark);
      log.info('dead letters were acknowledged', { until: mark.until });
      return mark;
    },
  };
}
