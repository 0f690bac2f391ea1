import type { Backlog, ExceptedKeys } from '../api/status.ts';
import { readEventFacts } from '../events/event-facts.ts';
import { type History, parseHistory } from '../model/hint-message.ts';
import { keyText } from '../model/key.ts';
import type { HeldKey } from '../model/watch.ts';
import type { BrowsedMessage, QueueBrowser } from '../ports/dead-letter-queue.ts';
import { MAX_KEYS } from './read-dead-letters.ts';
import {
  NOTHING_SCANNED,
  StretchCollector,
  type ScannedKey,
  type WaitingChange,
  type WaitingScan,
  append,
  earliestOf,
  withoutLeft,
} from './waiting-scan.ts';

/** The messages in the events queue. */
export interface Waiting {
  readonly backlog: Backlog;
  /** The earliest waiting change of those that are known; undefined: none waits. */
  readonly earliest: Date | undefined;
  /** False: messages are left that nobody has read, each of which may be of an earlier change. */
  readonly isEarliestKnown: boolean;
  /** Keys that are known to differ or to be changing, and wait for a recheck. */
  readonly held: ExceptedKeys;
  /** Messages on their way to the dead-letter queue, which the service may move late. */
  readonly parked: number;
  /** All that is known of the queue, for the next read. */
  readonly scan: WaitingScan;
}

/** How much of a queue is read at once: it may hold more than can be counted in time. */
export interface WaitingLimits {
  readonly maxMessages: number;
  readonly budgetMs: number;
}

const WAITING_LIMITS: WaitingLimits = { maxMessages: 100_000, budgetMs: 5000 };

/**
 * Counts the waiting changes and finds the earliest. A queue is in order of arrival, and a retried message joins its
 * end with its original time, so all messages are read. A queue that is longer than the limits is read on from where
 * `scan` ended; its counts are then of stretches, as they were read.
 *
 * @throws BlobmirrorError when the queue cannot be read
 */
export async function readWaiting(
  browser: QueueBrowser,
  now: () => Date,
  { limits = WAITING_LIMITS, scan, onward = limits }: ReadWaitingOptions = {},
): Promise<Waiting> {
  const further = scan && (await readOn({ browser, now, limits: onward }, scan));
  if (further === undefined) return await readWhole({ browser, now, limits });
  if (!further.isEarliestKnown || further.backlog.messages > limits.maxMessages / 2) return further;
  const whole = await readWhole({ browser, now, limits });
  return whole.isEarliestKnown ? whole : further;
}

interface ReadWaitingOptions {
  /** For reading the queue from its first message. */
  readonly limits?: WaitingLimits;
  /** What is known of a queue that was too long. */
  readonly scan?: WaitingScan | undefined;
  /** For reading on from there. Default: `limits`. */
  readonly onward?: WaitingLimits;
}

interface WaitingReader {
  readonly browser: QueueBrowser;
  readonly now: () => Date;
  readonly limits: WaitingLimits;
}

/** From the first message on. */
async function readWhole(reader: WaitingReader): Promise<Waiting> {
  const counter = new WaitingCounter();
  const { isEnd } = await readFrom(reader, '0', (message) => counter.add(message, reader.now()));
  const { stretches, firstActive = '0' } = counter.collected;
  const scan = append({ ...NOTHING_SCANNED, firstActive }, stretches, counter.held);
  return {
    backlog: { ...counter.sums, isComplete: isEnd, byAge: counter.buckets.byAge },
    earliest: earliestOf(scan),
    isEarliestKnown: isEnd,
    held: toExcepted(counter.held.named, counter.held.more),
    parked: counter.parked,
    scan,
  };
}

/** From where an earlier read ended. Undefined where the queue was created anew, and numbers its messages from 1 again. */
async function readOn(reader: WaitingReader, before: WaitingScan): Promise<Waiting | undefined> {
  const begun = reader.now();
  const end = performance.now() + reader.limits.budgetMs;
  let isFound = false;
  const { next, isEnd: hasNone } = await readFrom(
    reader,
    before.firstActive,
    ({ state }) => {
      isFound = state !== 'scheduled';
      return isFound ? 'enough' : 'more';
    },
    end,
  );
  if (hasNone && (await isCreatedAnew(reader, before))) return undefined;
  // Where no active message was found, those that were read are scheduled.
  const firstActive = isFound ? String(BigInt(next) - 1n) : next;
  const known = withoutLeft({ ...before, firstActive }, begun);

  const counter = new WaitingCounter();
  const { isEnd } = await readFrom(reader, known.next, (message) => counter.add(message, reader.now()), end);
  const scan = append(known, counter.collected.stretches, counter.held);
  let [messages, bytes] = [0, 0];
  const buckets = new AgeBuckets();
  // What is certain to wait: part of the first stretch may have left.
  for (const stretch of scan.stretches.filter(({ active }) => active !== null).slice(1)) {
    buckets.add(begun.getTime() - (stretch.active ?? Infinity), stretch.bytes, stretch.messages);
    messages += stretch.messages;
    bytes += stretch.bytes;
  }
  return {
    backlog: { messages, scheduled: counter.sums.scheduled, bytes, isComplete: false, byAge: buckets.byAge },
    earliest: earliestOf(scan),
    isEarliestKnown: isEnd,
    held: toExcepted(scan.held, scan.moreHeld),
    parked: scan.stretches.reduce((sum, stretch) => sum + stretch.parked, 0),
    scan,
  };
}

/** Whether the queue has an active message where, by what was read of it, none can be. */
async function isCreatedAnew({ browser }: WaitingReader, { firstActive }: WaitingScan): Promise<boolean> {
  for await (const page of browser.browse({ from: '0' }))
    return page.some(
      ({ state, sequenceNumber }) => state !== 'scheduled' && BigInt(sequenceNumber) < BigInt(firstActive),
    );
  return false;
}

/** Reads within the limits. Resolves to the number after the last message that was read, and whether none is left. */
async function readFrom(
  { browser, limits }: WaitingReader,
  from: string,
  visit: (message: BrowsedMessage) => 'more' | 'enough',
  end = performance.now() + limits.budgetMs,
): Promise<{ readonly next: string; readonly isEnd: boolean }> {
  let [next, seen] = [from, 0];
  for await (const page of browser.browse({ from })) {
    for (const message of page) {
      next = String(BigInt(message.sequenceNumber) + 1n);
      if (visit(message) === 'enough') return { next, isEnd: false };
    }
    seen += page.length;
    if (seen >= limits.maxMessages || performance.now() >= end) return { next, isEnd: false };
  }
  return { next, isEnd: true };
}

/** Counts messages in the order of the queue. */
class WaitingCounter {
  readonly sums = { messages: 0, scheduled: 0, bytes: 0 };
  readonly buckets = new AgeBuckets();
  readonly held = new HeldKeys();
  readonly collected = new StretchCollector();
  parked = 0;

  add(message: BrowsedMessage, now: Date): 'more' {
    const { applicationProperties, messageId, enqueuedAt } = message;
    const history = parseHistory(applicationProperties, messageId, enqueuedAt);
    const change = waitingChange(message, history);
    if (change !== 'parked') this.held.add(message, history.held ?? []);
    if (change === 'parked') this.parked++;
    this.collected.add(message, change);
    if (change === undefined || change === 'parked') return 'more';
    this.sums.messages++;
    if (message.state === 'scheduled') this.sums.scheduled++;
    this.sums.bytes += change.bytes;
    this.buckets.add(now.getTime() - change.since.getTime(), change.bytes);
    return 'more';
  }
}

/** Distinct keys, up to the limit of kept names; beyond it, every key counts. */
class HeldKeys {
  readonly #known = new Map<string, ScannedKey>();
  more = 0;

  add({ state, sequenceNumber, scheduledFor, enqueuedAt }: BrowsedMessage, held: readonly HeldKey[]): void {
    const due = state === 'scheduled' ? (scheduledFor ?? enqueuedAt).getTime() : null;
    for (const { key, reason } of held) {
      const name = keyText(key);
      if (this.#known.size < MAX_KEYS || this.#known.has(name))
        this.#known.set(name, { ...key, reason, sequenceNumber, due });
      else this.more++;
    }
  }

  get named(): readonly ScannedKey[] {
    return [...this.#known.values()];
  }
}

function toExcepted(named: readonly ScannedKey[], more: number): ExceptedKeys {
  const sample = named.map(({ container, path, reason }) => ({ container, path, reason }));
  return { count: sample.length + more, sample };
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
): WaitingChange | 'parked' | undefined {
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

/** What the attribute `age` of the backlog's metrics can be. */
export const AGE_BUCKETS: readonly string[] = BUCKETS.map(([name]) => name);

/** Counts messages by the age of their change. */
export class AgeBuckets {
  readonly #sums = BUCKETS.map(([bucket]) => ({ bucket, messages: 0, bytes: 0 }));

  add(ageMs: number, bytes: number, messages = 1): void {
    const sum = this.#sums[BUCKETS.findIndex(([, below]) => ageMs < below)];
    if (sum === undefined) return;
    sum.messages += messages;
    sum.bytes += bytes;
  }

  get byAge(): Backlog['byAge'] {
    return this.#sums;
  }
}
