import { createHash } from 'node:crypto';
import { withoutShadow } from '../events/message-body.ts';
import {
  type HintMessage,
  type History,
  ParkedMessageReceived,
  parseHistory,
} from '../model/hint-message.ts';
import type { HintQueue } from '../ports/work-queues.ts';

/** A message as a Service Bus trigger hands it over. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}

/**
 * What is known of a message that is to be handled.
 *
 * @throws ParkedCameBy for a copy on its way to the dead-letter queue. Given back it expires, so one that is received a
 * second time was sent without the time to live of such a copy, by somebody else, and is handled like any other.
 */
export function readHistory({
  messageId,
  enqueuedTime,
  deliveryCount,
  applicationProperties,
}: IncomingMessage): ReceivedHistory {
  const known = parseHistory(applicationProperties, messageId, enqueuedTime);
  if (known.parked && deliveryCount === 1) throw new ParkedMessageReceived();
  return {
    ...known,
    parked: false,
    // No message was seen before it came into the queue, whatever a clock or a sender says: its day would not end.
    firstSeen: new Date(Math.min(known.firstSeen.getTime(), enqueuedTime.getTime())),
    // Invariant 5: a message that comes again was with a worker that may have died in the middle of a write. Nobody
    // knows the outcome of that one either, and the service may carry it out after this look.
    unsettled: known.unsettled || deliveryCount > 1,
    deliveryCount,
  };
}

/** Why an event is sent again. */
export type ChainPurpose = 'try' | 'look' | 'parked' | 'hold';

/** The part of a message that an event was: empty for the only one. */
export type EventPart = string;

/** What is known of a message that is being handled. */
export interface ReceivedHistory extends History {
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
}

/**
 * The next message of a chain. Its id is made from the message that the chain began with, the number of the try or
 * look, and how often the message was received; so every delivery sends one successor at most, and a replay begins a
 * chain of its own.
 *
 * A message that comes again must not share the successor of its first delivery, as if it were the same: the earlier
 * one may have had its look before the later delivery began a write that is still under way.
 */
export function chainMessage(
  event: unknown,
  part: EventPart,
  purpose: ChainPurpose,
  { deliveryCount, ...before }: ReceivedHistory,
  changes: Partial<History>,
): HintMessage {
  const history = { ...before, ...changes, root: shorten(`${before.root}${part}`) };
  // What was put off begins anew with the same numbers; the queue would drop its successors for those of before.
  const holds = history.holds ? `.${history.holds}` : '';
  return {
    messageId: `${history.root}.${purpose}.${history.attempts}.${history.looks}.${deliveryCount}${holds}`,
    event: withoutShadow(event),
    history,
  };
}

/** Service Bus takes message ids of at most 128 characters. */
const LONGEST_ROOT = 96;

function shorten(root: string): string {
  return root.length <= LONGEST_ROOT ? root : createHash('sha256').update(root).digest('base64url');
}

/** Sends again, untried, what came while mirroring is paused: it counts as no try and no look, and no delivery either. */
export async function requeueWhilePaused(
  queue: HintQueue,
  history: ReceivedHistory,
  event: unknown,
  part: EventPart,
  delayMs: number,
): Promise<void> {
  const holds = (history.holds ?? 0) + history.deliveryCount;
  await queue.sendLater(chainMessage(event, part, 'hold', history, { holds }), delayMs);
}
