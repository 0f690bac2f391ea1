import { BlobmirrorError } from '../model/errors.ts';
import { mirrorId } from '../model/mirror-id.ts';
import type { Queues, Registration } from '../model/registration.ts';
import { isAtWork } from './at-work.ts';
import type { MirrorFacts } from './mirror-facts.ts';

/**
 * Two mirrors with one queue lose events: each takes some of the other's, finds them out of its scope, and completes
 * them. Of two that are at work already the one that was registered first goes on, so that they never stop each other.
 *
 * @param own as it is registered; undefined: it is not
 * @throws BlobmirrorError `queue-taken`
 */
export function refuseSharedQueues(
  facts: MirrorFacts,
  own: Registration | undefined,
  others: readonly Registration[],
  now: Date,
): void {
  for (const other of others) {
    const queue = findShared(facts.queues, other.queues);
    if (queue === undefined || !isAtWork(other, now)) continue;
    if (own !== undefined && isAtWork(own, now) && isOlder(own, other)) continue;
    throw new BlobmirrorError(
      'queue-taken',
      `the mirror ${mirrorId(other)} takes messages from the queue ${queue} of ${facts.queues.namespace}, which the settings of ${mirrorId(facts)} name, too`,
    );
  }
}

function findShared(ours: Queues, theirs: Queues): string | undefined {
  if (ours.namespace !== theirs.namespace) return undefined;
  // Two brokers on one machine.
  if (ours.port !== undefined && theirs.port !== undefined && ours.port !== theirs.port) return undefined;
  return [ours.events, ours.reconcile].find((name) => name === theirs.events || name === theirs.reconcile);
}

function isOlder(one: Registration, other: Registration): boolean {
  const order = Date.parse(one.registeredAt) - Date.parse(other.registeredAt);
  return order === 0 ? mirrorId(one) < mirrorId(other) : order < 0;
}
