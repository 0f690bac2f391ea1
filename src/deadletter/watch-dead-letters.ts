import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import type { DeadLetter } from '../api/dead-letter.ts';
import { type DeadLetterQueues, browseDeadLetters } from './browse-dead-letters.ts';
import { MarkBuilder, isCoveredBy, tryAdvanceMark, readStoredMark } from './dead-letter-mark.ts';
import { type DeadLetterStore, leftByDeadLetter } from './dead-letter-store.ts';
import { ERRORS, type ErrorCode, isLasting, toBlobmirrorError } from '../model/errors.ts';
import type { Scope } from '../model/scope.ts';
import type { Unprotected } from '../model/unprotected.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WatchParts {
  readonly queues: DeadLetterQueues;
  readonly documents: DocumentStore;
  readonly store: Pick<DeadLetterStore, 'replay'>;
  /** Records keys as not protected. */
  readonly record: UnprotectedKeys['record'];
  /** What is not in it is not recorded. */
  readonly scope: Scope;
  /** Whether both accounts answer now. */
  readonly accountsAnswer: () => Promise<boolean>;
  readonly observe: (byCode: Readonly<Record<string, number>>) => void;
  readonly log: Logger;
  readonly now: () => Date;
}

const LOGGED_MARK = 'deadletters/told';
/** Dead letters that are logged one by one; the rest is logged as a number. */
const MAX_LOGGED = 50;
const BROWSE_MS = TIME_BUDGETS.browse;
const REPLAY_MS = TIME_BUDGETS.replay;

/** Keys that are recorded in one write. */
const MAX_AT_ONCE = 1000;

/**
 * Run by a timer: counts dead letters, logs new ones, and replays those whose cause may have passed. The keys of new ones
 * are on record before the mark says that they were seen: Service Bus and other programs dead-letter messages whose keys
 * nobody recorded, and other programs purge them.
 */
export async function watchDeadLetters(watch: WatchParts): Promise<void> {
  const { queues, documents, store, accountsAnswer, observe, log, now, scope } = watch;
  const logged = await readStoredMark(documents, LOGGED_MARK, (document, { code }) => {
    if (code === 'document-too-new')
      log.warn('a newer release logs the dead letters; this one does not', { code, document });
    else
      log.warn('the record of the dead letters that were logged is damaged; all are logged again', {
        code,
        document,
      });
  });
  const isLogged = logged === undefined ? () => false : isCoveredBy(logged.mark);
  const deadline = performance.now() + BROWSE_MS;
  const byCode = new Map<string, number>();
  const builder = new MarkBuilder();
  const arrived: DeadLetter[] = [];
  let newCount = 0;
  let due = 0;
  const recorder = new KeyRecorder(watch.record, log);
  for await (const { deadLetter, message } of browseDeadLetters(queues)) {
    if (performance.now() > deadline) break;
    byCode.set(deadLetter.code, (byCode.get(deadLetter.code) ?? 0) + 1);
    builder.add(deadLetter);
    if (isReplayDue(deadLetter, now())) due++;
    if (isLogged(deadLetter)) continue;
    newCount++;
    // What names no key is counted when it is purged.
    await recorder.add(
      leftByDeadLetter(message, deadLetter, scope).filter(({ container }) => container !== ''),
    );
    if (arrived.length < MAX_LOGGED) arrived.push(deadLetter);
  }
  observe(Object.fromEntries(byCode));
  // Of several workers that saw the same dead letters, the one that advances the mark logs them.
  if (
    newCount > 0 &&
    (await recorder.flush()) &&
    (await tryAdvanceMark(documents, LOGGED_MARK, builder.mark(now()), logged))
  )
    logArrivals(log, arrived, newCount);
  if (due === 0) return;
  if (!(await accountsAnswer())) {
    log.info('dead letters wait for the accounts to answer', { letters: due });
    return;
  }
  const only = (deadLetter: DeadLetter): boolean => isReplayDue(deadLetter, now());
  const done = await store.replay({ all: true }, { only, signal: AbortSignal.timeout(REPLAY_MS) });
  log.info('dead letters whose cause may have passed were replayed', { ...done });
}

/** Records keys in few writes. After an error it records no more. */
class KeyRecorder {
  readonly #record: UnprotectedKeys['record'];
  readonly #log: Logger;
  readonly #keys = new Map<string, Unprotected>();
  #hasFailed = false;

  constructor(record: UnprotectedKeys['record'], log: Logger) {
    this.#record = record;
    this.#log = log;
  }

  async add(left: readonly Unprotected[]): Promise<void> {
    for (const key of left) this.#keys.set(`${key.container}/${key.path}`, key);
    if (this.#keys.size >= MAX_AT_ONCE) await this.flush();
  }

  /** False: not all keys could be recorded. */
  async flush(): Promise<boolean> {
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    if (this.#hasFailed || keys.length === 0) return !this.#hasFailed;
    try {
      await this.#record(keys);
    } catch (thrown) {
      this.#hasFailed = true;
      const { code, message: detail, hint } = toBlobmirrorError(thrown);
      this.#log.warn('the keys of new dead letters could not be recorded; they are recorded a minute later', {
        code,
        detail,
        hint,
      });
    }
    return !this.#hasFailed;
  }
}

function logArrivals(log: Logger, arrived: readonly DeadLetter[], newCount: number): void {
  for (const { id, code, detail, hint, container, path, event, attempts, replays } of arrived)
    log.warn('a dead letter arrived', {
      id,
      code,
      detail,
      hint,
      container,
      path,
      event,
      attempts,
      replays,
    });
  if (newCount > arrived.length)
    log.warn('more dead letters arrived', { letters: newCount - arrived.length });
}

const MINUTE_MS = 60_000;
/** The age of a dead letter at its first, second and last automatic replay. */
const REPLAY_AFTER_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS] as const;

/**
 * Whether a dead letter is replayed automatically once the accounts answer: its cause may pass, and it was not replayed
 * too often or too recently. What only an operator can fix waits for the operator.
 */
function isReplayDue({ code, replays, deadLetteredAt }: DeadLetter, now: Date): boolean {
  const afterMs = REPLAY_AFTER_MS[replays];
  if (afterMs === undefined || now.getTime() - Date.parse(deadLetteredAt) < afterMs) return false;
  return Object.hasOwn(ERRORS, code) && ERRORS[code as ErrorCode].disposition === 'retry' && !isLasting(code);
}
