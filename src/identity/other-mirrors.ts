import { readDocument } from '../documents/change-document.ts';
import {
  type Queues,
  REGISTRATION_DOCUMENT,
  REGISTRY,
  type Registration,
  registrationName,
  toRegistration,
} from './registration.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type MirrorId, type MirrorIdentity, mirrorId } from '../model/mirror-id.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/** The identity of a mirror by its settings. */
export interface MirrorFacts extends MirrorIdentity {
  /** Digest of scope and policy: see `Run.mirror`. */
  readonly settings: string;
  readonly queues: Queues;
}

/**
 * The other mirrors that keep their state in one container: a few small documents.
 *
 * @param onUnreadable called for each registration that is damaged or of a newer format: that mirror is unknown
 */
export async function listOtherMirrors(
  store: Pick<DocumentStore, 'list' | 'read'>,
  own: MirrorId,
  onUnreadable: (name: string, error: BlobmirrorError) => void,
): Promise<readonly Registration[]> {
  const names = (await Array.fromAsync(store.list(REGISTRY)))
    .flat()
    .filter((name) => name !== registrationName(own));
  const found = await Promise.all(
    names.map(async (name) => ({ name, found: await readDocument(store, REGISTRATION_DOCUMENT, name) })),
  );
  return found.flatMap(({ name, found: each }) => {
    if (each.state === 'damaged') onUnreadable(name, each.error);
    const registration = toRegistration(each);
    return registration === undefined ? [] : [registration];
  });
}

/** Workers renew the registration every few minutes; after this long without, the mirror is inactive. */
const GONE_AFTER_MS = 15 * 60_000;

/** No worker's clock is this far ahead: a later time is not ours, and refuses no start. */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** Whether a mirror has workers, by its registration. */
export function isMirrorActive({ seenAt }: Pick<Registration, 'seenAt'>, now: Date): boolean {
  const silentMs = now.getTime() - Date.parse(seenAt);
  return silentMs > -FAR_AHEAD_MS && silentMs < GONE_AFTER_MS;
}

/**
 * Two mirrors with one queue lose events: each receives some of the other's, finds them out of scope and
 * completes them. Of two active mirrors, the one that registered first continues, so that they do not stop
 * each other.
 *
 * @param own its registration; undefined: it is not registered
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
    if (queue === undefined || !isMirrorActive(other, now)) continue;
    if (own !== undefined && isMirrorActive(own, now) && isOlder(own, other)) continue;
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
