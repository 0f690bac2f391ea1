import type {
  DeadLetter,
  DeadLetterSelection,
  DeadLetterQueueName,
  DeadLetterSummary,
  ProcessedDeadLetters,
} from '../api/dead-letter.ts';
import { type LinePage, type PageBounds, linesOf, takePage } from '../api/line-page.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
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
import { BlobmirrorError, ERRORS } from '../model/errors.ts';
import type { Scope } from '../model/scope.ts';
import { type Unprotected, leftByEvent } from '../model/unprotected.ts';
import { parseMessage } from '../events/parse-message.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import { parseHistory, replayProperties } from '../model/hint-message.ts';
import { nearest } from '../model/nearest.ts';
import { quoted } from '../model/printable.ts';
import type { BrowsedMessage, FreshMessage } from '../ports/dead-letter-queue.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * The dead letters of the mirror: lists, shows, replays, purges and acknowledges them. A replay sends a fresh message with
 * the event of the dead letter; intake and the mirror core decide the rest. This room never writes to the two accounts,
 * never trusts the content of a dead letter, and holds one page of them at most.
 */

export interface DeadLetterStore {
  readonly list: (request: ListRequest) => Promise<DeadLetterPage>;
  readonly show: (id: string) => Promise<DeadLetter>;
  readonly export: (choice: DeadLetterSelection) => AsyncIterable<string>;
  /** The same in parts of bounded size. @throws BlobmirrorError `request-invalid` when `from` is no dead-letter id */
  readonly exportPage: (choice: DeadLetterSelection, from?: string, bounds?: PageBounds) => Promise<LinePage>;
  readonly summary: () => Promise<DeadLetterSummary>;
  readonly replay: (choice: DeadLetterSelection, options?: ProcessOptions) => Promise<ProcessedDeadLetters>;
  readonly purge: (choice: DeadLetterSelection, options?: ProcessOptions) => Promise<ProcessedDeadLetters>;
  /** Acknowledges all present dead letters. */
  readonly acknowledge: () => Promise<DeadLetterMark>;
}

interface ProcessOptions {
  /** Counts, and changes nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Restricts the selection. */
  readonly only?: (deadLetter: DeadLetter) => boolean;
}

interface PurgeRecord {
  /** Records the keys of a dead letter as not protected, before it is purged. */
  readonly record?: UnprotectedKeys['record'];
  /** What is not in it is not recorded. Default: everything is in it. */
  readonly scope?: Scope;
}

/** The document with the mark of the acknowledged dead letters. */
export const ACKNOWLEDGED = 'control/acknowledged';
const NEVER = new AbortController().signal;

export function createDeadLetterStore(
  queues: DeadLetterQueues,
  documents: DocumentStore,
  log: Logger,
  { record, scope }: PurgeRecord = {},
): DeadLetterStore {
  const replay: DeadLetterAction = async (taken, { id, queue, code, container, path, replays }) => {
    await taken.sendAgain(replayMessage(taken.message, queue));
    const outcome = await taken.remove();
    log.info('a dead letter was replayed', { id, code, container, path, replays: replays + 1, outcome });
    return outcome;
  };
  const purge: DeadLetterAction = async (taken, deadLetter) => {
    const { id, code, container, path } = deadLetter;
    // The purge removes what names its keys.
    await record?.(leftByDeadLetter(taken.message, deadLetter, scope));
    const outcome = await taken.remove();
    if (outcome === 'removed') log.info('a dead letter was purged', { id, code, container, path });
    return outcome;
  };
  const processWith =
    (act: DeadLetterAction) =>
    async (
      choice: DeadLetterSelection,
      { dryRun = false, signal = NEVER, only = () => true }: ProcessOptions = {},
    ) => {
      await refuseUnknown(choice);
      const matches = matchesSelection(choice);
      const isSelected = (deadLetter: DeadLetter): boolean => matches(deadLetter) && only(deadLetter);
      return await processDeadLetters(queues, choice, { isSelected, act, dryRun, signal });
    };

  /**
   * A code that no dead letter can have selects none, which would pass for success. One of another release is known by
   * the dead letters that have it.
   */
  const refuseUnknown = async ({ code }: DeadLetterSelection): Promise<void> => {
    if (code === undefined || Object.hasOwn(ERRORS, code)) return;
    const { byCode } = await summarizeDeadLetters(queues, undefined);
    if (Object.hasOwn(byCode, code)) return;
    const meant = nearest(code, [...Object.keys(byCode), ...Object.keys(ERRORS)]);
    throw new BlobmirrorError(
      'request-invalid',
      `${quoted(code.slice(0, 80))} is no code of a dead letter${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  };

  return {
    list: async (request) => {
      await refuseUnknown(request);
      return await listDeadLetters(queues, request);
    },
    show: async (id) => await showDeadLetter(queues, id),
    export: async function* (choice) {
      await refuseUnknown(choice);
      yield* linesOf(exportDeadLetters(queues, choice));
    },
    exportPage: async (choice, from, bounds) => {
      await refuseUnknown(choice);
      return await takePage(exportDeadLetters(queues, choice, from), bounds);
    },
    summary: async () => await summarizeDeadLetters(queues, await readMark(documents, ACKNOWLEDGED)),
    replay: processWith(replay),
    purge: processWith(purge),
    acknowledge: async () => {
      const builder = new MarkBuilder();
      for await (const { deadLetter } of browseDeadLetters(queues)) builder.add(deadLetter);
      const mark = builder.mark(theServiceClock.now());
      await advanceMark(documents, ACKNOWLEDGED, mark);
      log.info('dead letters were acknowledged', { until: mark.until });
      return mark;
    },
  };
}

/** What a dead letter leaves unprotected if it is purged. A dead letter of a full sync is not about a change. */
export function leftByDeadLetter(
  { body, enqueuedAt }: BrowsedMessage,
  { queue, code }: DeadLetter,
  scope?: Scope,
): readonly Unprotected[] {
  if (queue !== 'events') return [];
  const { hints } = parseMessage(body, enqueuedAt);
  if (hints.length === 0) return [{ container: '', path: '', reason: code }];
  return hints.flatMap((hint) => leftByEvent(hint, code, scope));
}

/**
 * The message of a replay: the head of a new chain, so that its attempts are not mistaken for those of the earlier chain.
 * Its id is the place of the dead letter. A dead letter that is replayed twice, after a crash or by two processes, is thus
 * one message if the queue still remembers the first, and a harmless second check of the key if not.
 */
export function replayMessage(message: BrowsedMessage, queue: DeadLetterQueueName): FreshMessage {
  const { sequenceNumber, messageId, enqueuedAt, applicationProperties, deadLetterReason } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedAt);
  // A worker that received it and never settled it may have crashed during a write, as with any redelivered message.
  const unsettled = history.unsettled || deadLetterReason === 'MaxDeliveryCountExceeded';
  return {
    messageId: `replay.${queue}.${sequenceNumber}.${enqueuedAt.getTime()}`,
    applicationProperties: replayProperties((history.replays ?? 0) + 1, unsettled),
  };
}
