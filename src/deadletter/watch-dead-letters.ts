import type { DeadLetter } from '../api/dead-letter.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';
import { MarkBuilder, isCoveredBy, tryAdvanceMark, readStoredMark } from './dead-letter-mark.ts';
import type { DeadLetterStore } from './dead-letter-store.ts';
import { ERRORS, type ErrorCode, isLasting } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WatchParts {
  readonly queues: DeadLetterQueues;
  readonly documents: DocumentStore;
  readonly store: Pick<DeadLetterStore, 'replay'>;
  /** Whether both accounts answer now. */
  readonly accountsAnswer: () => Promise<boolean>;
  readonly observe: (byCode: Readonly<Record<string, number>>) => void;
  readonly log: Logger;
  readonly now: () => Date;
}

const LOGGED_MARK = 'deadletters/told';
/** So many are told one by one, and the rest by their number. */
const MAX_LOGGED = 50;
const BROWSE_MS = 60_000;
const REPLAY_MS = 90_000;

/** What a timer does: counts the letters, tells of new ones, and replays those whose cause has passed. */
export async function watchDeadLetters(watch: WatchParts): Promise<void> {
  const { queues, documents, store: box, accountsAnswer, observe, log, now } = watch;
  const told = await readStoredMark(documents, LOGGED_MARK, (document, { code }) => {
    if (code === 'document-too-new')
      log.warn('a newer release logs the dead letters; this one does not', { code, document });
    else
      log.warn('the record of the dead letters that were logged is damaged; all are logged again', {
        code,
        document,
      });
  });
  const isTold = told === undefined ? () => false : isCoveredBy(told.mark);
  const deadline = performance.now() + BROWSE_MS;
  const byCode = new Map<string, number>();
  const maker = new MarkBuilder();
  const arrived: DeadLetter[] = [];
  let news = 0;
  let due = 0;
  for await (const { letter } of browseDeadLetters(queues)) {
    if (performance.now() > deadline) break;
    byCode.set(letter.code, (byCode.get(letter.code) ?? 0) + 1);
    maker.add(letter);
    if (isReplayDue(letter, now())) due++;
    if (isTold(letter)) continue;
    news++;
    if (arrived.length < MAX_LOGGED) arrived.push(letter);
  }
  observe(Object.fromEntries(byCode));
  // Of many workers that saw the same letters, the one that moves the mark tells of them.
  if (news > 0 && (await tryAdvanceMark(documents, LOGGED_MARK, maker.mark(now()), told)))
    logArrivals(log, arrived, news);
  if (due === 0) return;
  if (!(await accountsAnswer())) {
    log.info('dead letters wait for the accounts to answer', { letters: due });
    return;
  }
  const only = (letter: DeadLetter): boolean => isReplayDue(letter, now());
  const done = await box.replay({ all: true }, { only, signal: AbortSignal.timeout(REPLAY_MS) });
  log.info('dead letters whose cause may have passed were replayed', { ...done });
}

function logArrivals(log: Logger, letters: readonly DeadLetter[], news: number): void {
  for (const { id, code, detail, hint, container, path, event, attempts, replays } of letters)
    log.warn('a dead letter arrived', { id, code, detail, hint, container, path, event, attempts, replays });
  if (news > letters.length) log.warn('more dead letters arrived', { letters: news - letters.length });
}

const MINUTE_MS = 60_000;
/** How long a letter has been one before its first, its second and its last replay without anybody's asking. */
const AFTER_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS] as const;

/**
 * Whether a letter is to be replayed by itself once the accounts answer: what made it one may pass, and it was not
 * replayed for that too often or too soon. What only a person can mend waits for that person.
 */
function isReplayDue({ code, replays, deadLetteredAt }: DeadLetter, now: Date): boolean {
  const afterMs = AFTER_MS[replays];
  if (afterMs === undefined || now.getTime() - Date.parse(deadLetteredAt) < afterMs) return false;
  return Object.hasOwn(ERRORS, code) && ERRORS[code as ErrorCode].disposition === 'retry' && !isLasting(code);
}
