import { createHash } from 'node:crypto';
import { theServiceClock } from '../clock/observed-clock.ts';
import { withoutShadow } from '../events/parse-message.ts';
import type { IncomingMessage, ReceivedHistory } from './incoming-message.ts';
import type { Recheck } from './rechecks.ts';
import type { Hint } from '../model/hint.ts';
import {
  type HintMessage,
  type History,
  ParkedMessageReceived,
  parseHistory,
} from '../model/hint-message.ts';
import type { HintQueue } from '../ports/work-queues.ts';

/** Why an event is sent again. The words are part of message ids. */
export type ChainPurpose = 'try' | 'look' | 'parked' | 'hold';

/** Which event of the message this is; empty for the only one. */
export type EventPart = string;

/**
 * The next message of a chain. Its id is made from the first message of the chain, the number of the try or check, the
 * message that it follows and the delivery count of that one: each delivery sends at most one successor, and a replay
 * begins a chain of its own.
 *
 * Two deliveries must not share a successor, since the queue drops it as a duplicate: that of the first may be checked
 * before the second begins a write that is still pending. A message that is delivered twice begins two branches of its
 * chain, in which numbers repeat: `test/explore` found a recheck that was lost so.
 */
export function chainMessage(
  event: unknown,
  part: EventPart,
  purpose: ChainPurpose,
  { deliveryCount, messageId, ...before }: ReceivedHistory,
  changes: Partial<History>,
): HintMessage {
  const history = { ...before, ...changes, root: shorten(`${before.root}${part}`) };
  // A requeued message repeats the numbers; without `holds` the queue would drop its successors as duplicates.
  const holds = history.holds ? `.${history.holds}` : '';
  return {
    messageId: `${history.root}.${purpose}.${history.attempts}.${history.looks}.${deliveryCount}${holds}${branchOf(messageId, before.root)}`,
    event: withoutShadow(event),
    history,
  };
}

/**
 * More than that often, a parked copy is received early for a reason that a further copy does not change. It is given back
 * by failing, as any message, until it expires.
 */
const MAX_PARKINGS = 5;

/**
 * Parks a message again that was received before it expired, so that the message may be completed. The host would count a
 * handler that gave it back as failed.
 *
 * @throws ParkedMessageReceived when it was parked too often
 */
export async function parkAgain(queue: HintQueue, message: IncomingMessage): Promise<void> {
  const { body, messageId, enqueuedTime, deliveryCount, applicationProperties } = message;
  const history = parseHistory(applicationProperties, messageId, enqueuedTime);
  const parkings = (history.parkings ?? 0) + 1;
  if (parkings > MAX_PARKINGS) throw new ParkedMessageReceived();
  const next = chainMessage(body, '', 'parked', { ...history, deliveryCount, messageId }, { parkings });
  // After the message itself, not its chain: the queue would drop the same id as a duplicate, and the event with it.
  await queue.deadLetter({ ...next, messageId: `${shorten(messageId)}.p${parkings}` });
}

/** Tells the successors of one message of a chain from those of the others. The first message needs none. */
function branchOf(messageId: string, root: string): string {
  if (messageId === root) return '';
  return `.${createHash('sha256').update(messageId).digest('hex').slice(0, 6)}`;
}

/** Service Bus takes message ids of at most 128 characters. */
const LONGEST_ROOT = 90;

function shorten(root: string): string {
  return root.length <= LONGEST_ROOT ? root : createHash('sha256').update(root).digest('base64url');
}

/** Sends an event again untried, because mirroring is paused. It counts as no try, no check and no delivery. */
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

/** Sends an event again for a recheck. The check succeeded, so earlier failures no longer count. */
export async function sendRecheck(
  queue: HintQueue,
  history: ReceivedHistory,
  hint: Hint,
  part: EventPart,
  { delayMs, walk, isMirrored, watch, held, isBlocked }: Recheck,
): Promise<void> {
  const next = {
    walk,
    attempts: 0,
    defects: undefined,
    looks: history.looks + 1,
    lastError: undefined,
    firstError: undefined,
    firstSeen: theServiceClock.now(),
    mirrored: isMirrored,
    watch,
    held,
    blocked: isBlocked,
  };
  await queue.sendLater(chainMessage(hint.event, part, 'look', history, next), delayMs);
}
