import type { DeadLetter } from '../api/dead-letter.ts';
import type { ReportLine, Run } from '../api/run.ts';
import type { DeadLettersOfKey, LastFullSync, WaitingForKey, WaitingMessage } from '../api/shown-key.ts';
import { parseMessage } from '../events/parse-message.ts';
import type { Hint } from '../model/hint.ts';
import { parseHistory } from '../model/hint-message.ts';
import { type Key, keyText } from '../model/key.ts';
import type { BrowsedMessage, QueueBrowser } from '../ports/dead-letter-queue.ts';

/** How far a queue is searched. A queue finds no message by its content, so it is read from its beginning. */
interface SearchBounds {
  readonly mostMessages: number;
  readonly budgetMs: number;
}

const SEARCH_BOUNDS: SearchBounds = { mostMessages: 100_000, budgetMs: 5000 };
const MAX_SHOWN = 20;

/**
 * The messages that wait for a key: those whose events name it, or a directory above it for which everything below is
 * checked, and the rechecks that hold it.
 *
 * @throws BlobmirrorError when the queue cannot be read
 */
export async function findWaiting(
  browser: QueueBrowser,
  key: Key,
  { mostMessages, budgetMs }: SearchBounds = SEARCH_BOUNDS,
): Promise<WaitingForKey> {
  const end = performance.now() + budgetMs;
  const messages: WaitingMessage[] = [];
  let [count, read] = [0, 0];
  for await (const page of browser.browse()) {
    for (const message of page) {
      const found = aboutKey(message, key);
      if (found === undefined) continue;
      count++;
      if (messages.length < MAX_SHOWN) messages.push(found);
    }
    read += page.length;
    if (read >= mostMessages || performance.now() >= end) return { count, messages, read, isComplete: false };
  }
  return { count, messages, read, isComplete: true };
}

function aboutKey(message: BrowsedMessage, key: Key): WaitingMessage | undefined {
  const { body, applicationProperties, messageId, enqueuedAt, scheduledFor, state } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedAt);
  const held = history.held?.find((each) => keyText(each.key) === keyText(key));
  const hint = parseMessage(body, enqueuedAt).hints.find((each) => isAbout(each, key));
  if (hint === undefined && held === undefined) return undefined;
  return {
    state,
    event: hint?.eventType ?? '',
    changedAt: (hint?.eventTime ?? history.firstSeen).toISOString(),
    ...(scheduledFor !== undefined && { scheduledFor: scheduledFor.toISOString() }),
    attempts: history.attempts,
    ...(history.lastError !== undefined && { lastError: history.lastError.code }),
    ...(held !== undefined && { heldFor: held.reason }),
    ...(history.mirrored && { isRecheck: true }),
  };
}

function isAbout({ keys, prefixes, isDeep }: Hint, { container, path }: Key): boolean {
  const isOfKey = keys.some(
    (each) =>
      each.container === container && (each.path === path || (isDeep && path.startsWith(`${each.path}/`))),
  );
  return isOfKey || prefixes.some((each) => each.container === container && path.startsWith(each.path));
}

/** @throws BlobmirrorError when a queue cannot be read */
export async function findDeadLetters(
  all: AsyncIterable<DeadLetter>,
  { container, path }: Key,
  { mostMessages, budgetMs }: SearchBounds = SEARCH_BOUNDS,
): Promise<DeadLettersOfKey> {
  const end = performance.now() + budgetMs;
  const letters: DeadLetter[] = [];
  let [count, read] = [0, 0];
  for await (const letter of all) {
    if (read++ >= mostMessages || performance.now() >= end) return { count, letters, isComplete: false };
    if (letter.container !== container || letter.path !== path) continue;
    count++;
    if (letters.length < MAX_SHOWN) letters.push(letter);
  }
  return { count, letters, isComplete: true };
}

/** Where full syncs and their reports are read. */
export interface RunReports {
  /** The newest first. */
  readonly list: () => Promise<readonly Run[]>;
  /** Lines of JSON (`ReportLine`). */
  readonly report: (id: Run['id']) => AsyncIterable<string>;
  /** What the settings say is mirrored: see `Run.mirror`. */
  readonly mirror: string;
}

/**
 * What the last full sync that covered a key found of it. Its report has only the keys that were out of step.
 *
 * @throws BlobmirrorError of a storage code, when the state cannot be read
 */
export async function findLastFullSync(
  { list, report, mirror }: RunReports,
  key: Key,
  { mostMessages: mostLines, budgetMs }: SearchBounds = SEARCH_BOUNDS,
): Promise<LastFullSync> {
  const end = performance.now() + budgetMs;
  const run = (await list()).find((each) => each.mirror === mirror && covers(each, key));
  if (run === undefined) return { run: null, lines: [], isComplete: true };
  const { id, state, startedAt, updatedAt, endedAt = updatedAt, alerts } = run;
  const about = { id, state, startedAt, endedAt, alerts: alerts.map(({ code }) => code) };
  const lines: ReportLine[] = [];
  let read = 0;
  for await (const text of report(id)) {
    if (read++ >= mostLines || performance.now() >= end) return { run: about, lines, isComplete: false };
    const line = JSON.parse(text) as ReportLine;
    // A line with an empty path is about the whole container.
    if (line.container === key.container && (line.path === key.path || line.path === '')) lines.push(line);
  }
  return { run: about, lines, isComplete: true };
}

/** Whether a run ended and compared the key. One that was cancelled may not have come to it. */
function covers({ state, request: { container, prefix = '', dryRun } }: Run, key: Key): boolean {
  const isEnded = state === 'done';
  const isOfContainer = container === undefined || container === key.container;
  return isEnded && !dryRun && isOfContainer && key.path.startsWith(prefix);
}
