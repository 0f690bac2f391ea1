import type { Backlog, ExceptedKey, ExceptedKeys } from '../api/status.ts';
import { readEventFacts } from '../events/event-facts.ts';
import { type History, parseHistory } from '../model/hint-message.ts';
import { keyText } from '../model/key.ts';
import type { HeldKey } from '../model/watch.ts';
import type { BrowsedMessage, QueueBrowser } from '../ports/dead-letter-queue.ts';
import { MOST_KEYS } from './read-dead-letters.ts';

/** What waits in the queue of events. */
export interface Waiting {
  readonly backlog: Backlog;
  /** The earliest change that waits, of those that were looked at; undefined: none does. */
  readonly earliest: Date | undefined;
  /** Keys that are known to differ, or to be still changing, while they wait to be looked at again. */
  readonly held: ExceptedKeys;
  /** Messages that are to be dead letters, and are none yet: the service may take its time to move them. */
  readonly parked: number;
}

/** How much of a queue is looked at: a queue may hold more than can be counted in time. */
export interface WaitingLimits {
  readonly mostMessages: number;
  readonly budgetMs: number;
}

const WAITING_LIMITS: WaitingLimits = { mostMessages: 100_000, budgetMs: 5000 };

/**
 * Counts the changes that wait, and finds the earliest. All messages are looked at, as far as the limits allow: a queue
 * is in the order of arrival, and what is tried again joins its end with the time that it always had.
 *
 * @throws BlobmirrorError when the queue cannot be asked
 */
export async function readWaiting(
  browser: QueueBrowser,
  now: () => Date,
  { mostMessages, budgetMs }: WaitingLimits = WAITING_LIMITS,
): Promise<Waiting> {
  const end = performance.now() + budgetMs;
  const buckets = new AgeBuckets();
  const held = new HeldKeys();
  let earliest: Date | undefined;
  let [seen, messages, scheduled, bytes, parked, isComplete] = [0, 0, 0, 0, 0, true];
  for await (const page of browser.browse()) {
    for (const message of page) {
      const { applicationProperties, messageId, enqueuedAt } = message;
      const history = parseHistory(applicationProperties, messageId, enqueuedAt);
      const change = waitingChange(message, history);
      if (change !== 'parked') held.add(history.held ?? []);
      if (change === 'parked') parked++;
      if (change === undefined || change === 'parked') continue;
      messages++;
      if (message.state === 'scheduled') scheduled++;
      bytes += change.bytes;
      buckets.add(now().getTime() - change.since.getTime(), change.bytes);
      if (earliest === undefined || change.since < earliest) earliest = change.since;
    }
    seen += page.length;
    if (seen >= mostMessages || performance.now() >= end) {
      isComplete = false;
      break;
    }
  }
  const backlog = { messages, scheduled, bytes, isComplete, byAge: buckets.byAge };
  return { backlog, earliest, held: held.all, parked };
}

/** Keys, each once as far as their names are kept; beyond that nobody knows, and each counts. */
class HeldKeys {
  readonly #known = new Map<string, ExceptedKey>();
  #more = 0;

  add(held: readonly HeldKey[]): void {
    for (const { key, reason } of held) {
      const name = keyText(key);
      if (this.#known.has(name)) continue;
      if (this.#known.size < MOST_KEYS) this.#known.set(name, { ...key, reason });
      else this.#more++;
    }
  }

  get all(): ExceptedKeys {
    return { count: this.#known.size + this.#more, sample: [...this.#known.values()] };
  }
}

/**
 * Since when a message keeps the source from being in the backup; undefined where it does not.
 *
 * A look that is to come although all was mirrored is for what may have come since: until it is due it holds nothing
 * back, when it is due it waits since then, and when it failed, or a pause put it off, nothing is known since the look
 * that sent it. Keys that such a look holds are excepted. A message on its way to the dead-letter queue holds nothing
 * back: its key is excepted.
 */
function waitingChange(
  { body, enqueuedAt, scheduledFor, state }: BrowsedMessage,
  history: History,
): { readonly since: Date; readonly bytes: number } | 'parked' | undefined {
  if (history.parked) return 'parked';
  // Nothing was seen, nor has happened, after its message came: what says so was told by a clock that is wrong.
  const firstSeen = history.firstSeen < enqueuedAt ? history.firstSeen : enqueuedAt;
  if (history.mirrored) {
    // Of one that was ever put off it cannot be told when it was due: each time it is sent to come a minute later.
    if (history.attempts > 0 || history.holds) return { since: firstSeen, bytes: 0 };
    return state === 'scheduled' ? undefined : { since: scheduledFor ?? enqueuedAt, bytes: 0 };
  }
  const events = readEventFacts(body);
  const times = events.flatMap(({ time }) => (time === undefined ? [] : [time.getTime()]));
  return {
    since: new Date(Math.min(firstSeen.getTime(), ...times)),
    bytes: events.reduce((sum, event) => sum + event.bytes, 0),
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Buckets of age, each up to its bound. */
const BUCKETS: readonly (readonly [name: string, below: number])[] = [
  ['0-5 min', 5 * MINUTE],
  ['5-10 min', 10 * MINUTE],
  ['10-15 min', 15 * MINUTE],
  ['15-30 min', 30 * MINUTE],
  ['30 min-2 h', 2 * HOUR],
  ['2-8 h', 8 * HOUR],
  ['8-24 h', 24 * HOUR],
  ['more', Infinity],
];

/** Sums up messages by the age of their change. */
export class AgeBuckets {
  readonly #sums = BUCKETS.map(([bucket]) => ({ bucket, messages: 0, bytes: 0 }));

  add(ageMs: number, bytes: number): void {
    const sum = this.#sums[BUCKETS.findIndex(([, below]) => ageMs < below)];
    if (sum === undefined) return;
    sum.messages++;
    sum.bytes += bytes;
  }

  get byAge(): Backlog['byAge'] {
    return this.#sums;
  }
}
