import { createHash } from 'node:crypto';
import { withoutShadow } from '../events/shadowed-metadata.ts';
import type { HintMessage, History } from '../model/hint-message.ts';

/** Why an event is sent again. */
export type Purpose = 'try' | 'look' | 'parked' | 'hold';

/** The part of a message that an event was: empty for the only one. */
export type Part = string;

/** What is known of a message that is being handled. */
export interface Handled extends History {
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
  part: Part,
  purpose: Purpose,
  { deliveryCount, ...before }: Handled,
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
