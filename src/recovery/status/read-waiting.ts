import { eventFacts } from '../../events/event-facts.js';
import { parseHistory } from '../../model/hint-message.js';
import type { Backlog } from '../../model/status.js';
import type { BrowsedMessage, QueueBrowser } from '../../ports/queue-browser.js';
import { AgeBuckets } from './age-buckets.js';

/** What waits in the queue of events. */
export interface Waiting {
  readonly backlog: Backlog;
  /** The earliest change that waits, of those that were looked at; undefined: none does. */
  readonly earliest: Date | undefined;
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
  now: Date,
  { mostMessages, budgetMs }: WaitingLimits = WAITING_LIMITS,
): Promise<Waiting> {
  const end = performance.now() + budgetMs;
  const buckets = new AgeBuckets();
  let earliest: Date | undefined;
  let [seen, messages, scheduled, bytes, parked, isComplete] = [0, 0, 0, 0, 0, true];
  for await (const page of browser.browse()) {
    for (const message of page) {
      const change = waitingChange(message);
      if (change === 'parked') parked++;
      if (change === undefined || change === 'parked') continue;
      messages++;
      if (message.state === 'scheduled') scheduled++;
      bytes += change.bytes;
      buckets.add(now.getTime() - change.since.getTime(), change.bytes);
      if (earliest === undefined || change.since < earliest) earliest = change.since;
    }
    seen += page.length;
    if (seen >= mostMessages || performance.now() >= end) {
      isComplete = false;
      break;
    }
  }
  return { backlog: { messages, scheduled, bytes, isComplete, byAge: buckets.byAge }, earliest, parked };
}

/**
 * Since when a message keeps the source from being in the backup; undefined where it does not.
 *
 * A look that is to come although all was mirrored is for what may have come since: until it is due it holds nothing
 * back, when it is due it waits since then, and when it failed, or a pause put it off, nothing is known since the look
 * that sent it. A message on its way to the dead-letter queue holds nothing back: its key is excepted.
 */
function waitingChange(
  message: BrowsedMessage,
): { readonly since: Date; readonly bytes: number } | 'parked' | undefined {
  const { applicationProperties, messageId, enqueuedAt, scheduledFor, state } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedAt);
  if (history.parked) return 'parked';
  if (history.mirrored) {
    // Of one that was ever put off it cannot be told when it was due: each time it is sent to come a minute later.
    if (history.attempts > 0 || history.holds) return { since: history.firstSeen, bytes: 0 };
    return state === 'scheduled' ? undefined : { since: scheduledFor ?? enqueuedAt, bytes: 0 };
  }
  const events = eventFacts(message.body);
  const times = events.flatMap(({ time }) => (time === undefined ? [] : [time.getTime()]));
  return {
    since: times.length === 0 ? history.firstSeen : new Date(Math.min(...times)),
    bytes: events.reduce((sum, event) => sum + event.bytes, 0),
  };
}
