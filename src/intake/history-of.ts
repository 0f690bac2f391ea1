import { parseHistory } from '../model/hint-message.ts';
import { ParkedCameBy } from '../model/parked-came-by.ts';
import type { Handled } from './chain-message.ts';
import type { IncomingMessage } from './incoming-message.ts';

/**
 * What is known of a message that is to be handled.
 *
 * @throws ParkedCameBy for a copy on its way to the dead-letter queue. Given back it expires, so one that is received a
 * second time was sent without the time to live of such a copy, by somebody else, and is handled like any other.
 */
export function historyOf({
  messageId,
  enqueuedTime,
  deliveryCount,
  applicationProperties,
}: IncomingMessage): Handled {
  const known = parseHistory(applicationProperties, messageId, enqueuedTime);
  if (known.parked && deliveryCount === 1) throw new ParkedCameBy();
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
