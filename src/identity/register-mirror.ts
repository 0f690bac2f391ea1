import { changeDocument } from '../documents/change-document.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { mirrorId } from '../model/mirror-id.ts';
import {
  documentsPrefix,
  type Registration,
  REGISTRATION_DOCUMENT,
  registrationName,
  toRegistration,
} from './registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { type MirrorFacts, isMirrorActive, listOtherMirrors, refuseSharedQueues } from './other-mirrors.ts';
import { migrateFormerDocuments } from './former-release.ts';

export interface RegisteredMirror {
  readonly registration: Registration;
  /** The registration before; undefined: there was none. */
  readonly before: Registration | undefined;
  /** Registrations that cannot be read, and why: its own is written anew, another mirror stays unknown. */
  readonly damaged: ReadonlyMap<string, BlobmirrorError>;
}

/**
 * Registers a mirror under its id and takes over what the former release left for it: from then on, what the
 * mirror writes under its name is its own. Repeating it renews the registration.
 *
 * @param isLookedAt the source was looked at, and showed nothing of a mirror the other way round
 * @throws BlobmirrorError `mirror-name-taken` when another mirror is at work under the same id, `queue-taken` when one
 * is with a queue that is to be this one's, `document-too-new` when a newer release registered it; or any storage code
 */
export async function registerMirror(
  store: DocumentStore,
  facts: MirrorFacts,
  { now, isLookedAt }: { readonly now: Date; readonly isLookedAt: boolean },
): Promise<RegisteredMirror> {
  const id = mirrorId(facts);
  const name = registrationName(id);
  const at = now.toISOString();
  const damaged = new Map<string, BlobmirrorError>();
  const addDamaged = (each: string, error: BlobmirrorError): void => void damaged.set(each, error);
  let before: Registration | undefined;

  const { changed: registration } = await changeDocument(
    store,
    REGISTRATION_DOCUMENT,
    name,
    async (_, found) => {
      damaged.clear();
      if (found.state === 'damaged') addDamaged(name, found.error);
      before = toRegistration(found);
      refuseAnother(before, facts, now);
      const others = await listOtherMirrors(store, id, addDamaged);
      refuseSharedQueues(facts, before, others, now);
      const former =
        before?.former ??
        (await migrateFormerDocuments({
          store,
          prefix: documentsPrefix(id),
          settings: facts.settings,
          others,
          now,
        }));
      const lookedAt = before?.lookedAt ?? (isLookedAt ? at : undefined);
      return {
        ...before,
        ...facts,
        registeredAt: before?.registeredAt ?? at,
        seenAt: at,
        ...(lookedAt !== undefined && { lookedAt }),
        former,
      };
    },
  );
  // Two that start at the same time see each other only now.
  if (before === undefined || !isMirrorActive(before, now))
    refuseSharedQueues(facts, registration, await listOtherMirrors(store, id, addDamaged), now);
  return { registration, before, damaged };
}

/**
 * Two apps with the same accounts and name and different queues are two mirrors: each would take the other's
 * pause and full syncs for its own. Scope and policy do not tell them apart, since a new deployment may
 * change those, nor do queues from which no worker takes messages any more.
 *
 * @throws BlobmirrorError `mirror-name-taken`
 */
export function refuseAnother(
  registered: Registration | undefined,
  { queues, ...facts }: MirrorFacts,
  now: Date,
): void {
  if (registered === undefined) return;
  // The port may change when a machine restarts.
  const isSame = (['namespace', 'events', 'reconcile'] as const).every(
    (key) => registered.queues[key] === queues[key],
  );
  if (isSame || !isMirrorActive(registered, now)) return;
  const { namespace, events, reconcile } = registered.queues;
  throw new BlobmirrorError(
    'mirror-name-taken',
    `another mirror ${mirrorId(facts)} is at work, with the queues ${events} and ${reconcile} of ${namespace}; these settings name ${queues.events} and ${queues.reconcile} of ${queues.namespace}`,
  );
}
