import type { DeadLetter } from '../model/dead-letter.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { isDue } from './is-due.ts';
import type { LetterBox } from './letter-box.ts';
import { isBefore, MarkMaker } from './letter-mark.ts';
import type { LetterQueues } from './letter-queues.ts';
import { lookAtLetters } from './look-at-letters.ts';
import { moveMark, readStoredMark } from './mark-document.ts';

export interface Watch {
  readonly queues: LetterQueues;
  readonly documents: DocumentStore;
  readonly box: Pick<LetterBox, 'replay'>;
  /** Whether both accounts answer now. */
  readonly accountsAnswer: () => Promise<boolean>;
  readonly observe: (byCode: Readonly<Record<string, number>>) => void;
  readonly log: Logger;
  readonly now: () => Date;
}

const TOLD = 'deadletters/told';
/** So many are told one by one, and the rest by their number. */
const MOST_TOLD = 50;
const LOOK_MS = 60_000;
const REPLAY_MS = 90_000;

/** What a timer does: counts the letters, tells of new ones, and replays those whose cause has passed. */
export async function watchLetters(watch: Watch): Promise<void> {
  const { queues, documents, box, accountsAnswer, observe, log, now } = watch;
  const told = await readStoredMark(documents, TOLD, (name) =>
    log.warn('the record of the dead letters that were logged is damaged; all are logged again', {
      code: 'document-damaged',
      document: name,
    }),
  );
  const isTold = told === undefined ? () => false : isBefore(told.mark);
  const deadline = performance.now() + LOOK_MS;
  const byCode = new Map<string, number>();
  const maker = new MarkMaker();
  const arrived: DeadLetter[] = [];
  let news = 0;
  let due = 0;
  for await (const { letter } of lookAtLetters(queues)) {
    if (performance.now() > deadline) break;
    byCode.set(letter.code, (byCode.get(letter.code) ?? 0) + 1);
    maker.add(letter);
    if (isDue(letter, now())) due++;
    if (isTold(letter)) continue;
    news++;
    if (arrived.length < MOST_TOLD) arrived.push(letter);
  }
  observe(Object.fromEntries(byCode));
  // Of many workers that saw the same letters, the one that moves the mark tells of them.
  if (news > 0 && (await moveMark(documents, TOLD, maker.mark(now()), told))) tell(log, arrived, news);
  if (due === 0) return;
  if (!(await accountsAnswer())) {
    log.info('dead letters wait for the accounts to answer', { letters: due });
    return;
  }
  const only = (letter: DeadLetter): boolean => isDue(letter, now());
  const done = await box.replay({ all: true }, { only, signal: AbortSignal.timeout(REPLAY_MS) });
  log.info('dead letters whose cause may have passed were replayed', { ...done });
}

function tell(log: Logger, letters: readonly DeadLetter[], news: number): void {
  for (const { id, code, detail, hint, container, path, event, attempts, replays } of letters)
    log.warn('a dead letter arrived', { id, code, detail, hint, container, path, event, attempts, replays });
  if (news > letters.length) log.warn('more dead letters arrived', { letters: news - letters.length });
}
