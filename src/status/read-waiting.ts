import type { Backlog, ExceptedKey, ExceptedKeys } from '../api/status.ts';
import { readEventFacts } from '../events/event-facts.ts';
import { type History, parseHistory } from '../model/hint-message.ts';
import { keyText } from '../model/key.ts';
import type { HeldKey } from '../model/watch.ts';
import type { BrowsedMessage, QueueBrowser } from '../ports/dead-letter-queue.ts';
import { MOST_KEYS } from './read-dead-letters.ts';

/** The messages in the events queue. */
export interface Waiting {
  readonly backlog: Backlog;
  /** The earliest waiting change of those that were read; undefined: none waits. */
  readonly earliest: Date | undefined;
  /** Keys that are known to differ or to be changing, and wait for a recheck. */
  readonly held: ExceptedKeys;
  /** Messages on their way to the dead-letter queue, which the service may move late. */
  readonly parked: number;
}

/** How much of a queue is read: it may hold more than can be counted in time. */
export interface WaitingLimits {
  readonly mostMessages: number;
  readonly budgetMs: number;
}

const WAITING_LIMITS: WaitingLimits = { mostMessages: 100_000, budgetMs: 5000 };

/**
 * Counts the waiting changes and finds the earliest. Reads all messages within the limits: a queue is in
 * order of arrival, and a retried message joins its end with its original time.
 *
 * @throws BlobmirrorError when the queue cannot be read
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

/** Distinct keys, up to the limit of kept names; beyond it, every key counts. */
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
 * Since when a message holds back the live recovery point; undefined: it does not.
 *
 * A recheck after everything was mirrored is for later changes. Until it is due, it holds nothing back; when
 * due, it counts since its due time; after a failure or a pause, since the check that scheduled it. The keys
 * that it holds are excepted. A message on its way to the dead-letter queue holds nothing back: its key is
 * excepted.
 */
function waitingChange(
  { body, enqueuedAt, scheduledFor, state }: BrowsedMessage,
  history: History,
): { readonly since: Date; readonly bytes: number } | 'parked' | undefined {
  if (history.parked) return 'parked';
  // No change is later than the arrival of its message; a later time comes from a wrong clock.
  const firstSeen = history.firstSeen < enqueuedAt ? history.firstSeen : enqueuedAt;
  if (history.mirrored) {
    // The due time of a requeued recheck is unknown: each requeue moves it a minute.
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

/** Counts messages by the age of their change. */
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
