import { createHash } from 'node:crypto';
import type { HintMessage, History } from '../model/hint-message.js';

/** Why an event is sent again. */
export type Purpose = 'try' | 'second-look' | 'look' | 'parked';

/** The part of a message that an event was: empty for the only one. */
export type Part = string;

/**
 * The next message of a chain. Its id is made from the message that the chain began with and the number of the try or
 * look. So a worker that dies between sending and completing sends the same id when the message comes again, and
 * duplicate detection drops the second copy; a replay begins a chain of its own.
 */
export function chainMessage(
  event: unknown,
  part: Part,
  purpose: Purpose,
  before: History,
  changes: Partial<History>,
): HintMessage {
  const history = { ...before, ...changes, root: `${before.root}${part}` };
  return {
    messageId: `${shorten(history.root)}.${purpose}.${history.attempts}.${history.looks}`,
    event,
    history,
  };
}

/** Service Bus takes message ids of at most 128 characters. */
const LONGEST_ROOT = 96;

function shorten(root: string): string {
  return root.length <= LONGEST_ROOT ? root : createHash('sha256').update(root).digest('base64url');
}
