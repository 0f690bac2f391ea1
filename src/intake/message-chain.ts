import { createHash } from 'node:crypto';
import { theServiceClock } from '../clock/process-clocks.ts';
import { withoutShadow } from '../events/parse-message.ts';
import type { ReceivedHistory } from './incoming-message.ts';
import type { Recheck } from './rechecks.ts';
import type { Hint } from '../model/hint.ts';
import type { HintMessage, History } from '../model/hint-message.ts';
import type { HintQueue } from '../ports/work-queues.ts';

/** Why an event is sent again. */
export type ChainPurpose = 'try' | 'look' | 'parked' | 'hold';

/** The part of a message that an event was: empty for the only one. */
export type EventPart = string;

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

/** Sends the event again for another look. What failed before counts no more: the look ended well. */
export async function sendRecheck(
  queue: HintQueue,
  history: ReceivedHistory,
  hint: Hint,
  part: EventPart,
  { delayMs, walk, isMirrored, watch, held }: Recheck,
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
  };
  await queue.sendLater(chainMessage(hint.event, part, 'look', history, next), delayMs);
}
