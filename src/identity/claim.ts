import { BlobmirrorError } from '../model/errors.js';
import { mirrorId, type MirrorIdentity } from '../model/mirror-id.js';
import {
  documentsPrefix,
  parseRegistration,
  type Queues,
  type Registration,
  REGISTRY,
  registrationName,
} from '../model/registration.js';
import type { DocumentStore } from '../ports/document-store.js';
import { takeOver } from './take-over.js';

/** Who a mirror is, as its settings say. */
export interface MirrorFacts extends MirrorIdentity {
  /** Of scope and policy: see `Run.mirror`. */
  readonly settings: string;
  readonly queues: Queues;
}

/** A worker says every few minutes that it is at work; one that has said nothing for so long is gone. */
const GONE_AFTER_MS = 15 * 60_000;
const MOST_TRIES = 20;

export interface Claimed {
  readonly registration: Registration;
  /** As it was before; undefined: there was none. */
  readonly before: Registration | undefined;
}

/**
 * Registers a mirror as the one of its id, and takes over what the release before has left for it: what the mirror
 * writes under its name is its own from then on. Done again, it renews what is registered.
 *
 * @param isLookedAt the source was looked at, and showed nothing of a mirror the other way round
 * @throws BlobmirrorError `mirror-name-taken` when another mirror is at work under the same id; or any storage code
 */
export async function claim(
  store: DocumentStore,
  facts: MirrorFacts,
  { now, isLookedAt }: { readonly now: Date; readonly isLookedAt: boolean },
): Promise<Claimed> {
  const id = mirrorId(facts);
  const name = registrationName(id);
  const at = now.toISOString();
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await store.read(name);
    const before = parseRegistration(found?.value);
    refuseAnother(before, facts, now);
    const former =
      before?.former ??
      (await takeOver({
        store,
        prefix: documentsPrefix(id),
        settings: facts.settings,
        others: await listOthers(store, name),
        now,
      }));
    const lookedAt = before?.lookedAt ?? (isLookedAt ? at : undefined);
    const registration: Registration = {
      ...before,
      format: before?.format ?? 1,
      ...facts,
      registeredAt: before?.registeredAt ?? at,
      seenAt: at,
      ...(lookedAt !== undefined && { lookedAt }),
      former,
    };
    if ((await store.write(name, registration, found ?? { nothingThere: true })) === 'written')
      return { registration, before };
  }
  throw new BlobmirrorError('race-lost', `the document ${name} kept changing`);
}

/**
 * Two apps with the same accounts and name, and queues of their own, are two mirrors: each would take the other's pause
 * and full syncs for its own. Scope and policy do not tell them apart, since whoever deploys an app anew may have changed
 * those, nor do queues that nobody takes messages from any more.
 *
 * @throws BlobmirrorError `mirror-name-taken`
 */
export function refuseAnother(
  registered: Registration | undefined,
  { queues, ...facts }: MirrorFacts,
  now: Date,
): void {
  if (registered === undefined) return;
  const isSame = (Object.keys(queues) as (keyof Queues)[]).every(
    (key) => registered.queues[key] === queues[key],
  );
  if (isSame || now.getTime() - Date.parse(registered.seenAt) >= GONE_AFTER_MS) return;
  const { namespace, events, reconcile } = registered.queues;
  throw new BlobmirrorError(
    'mirror-name-taken',
    `another mirror ${mirrorId(facts)} is at work, with the queues ${events} and ${reconcile} of ${namespace}; these settings name ${queues.events} and ${queues.reconcile} of ${queues.namespace}`,
  );
}

async function listOthers(store: DocumentStore, own: string): Promise<readonly Registration[]> {
  const names = (await Array.fromAsync(store.list(REGISTRY))).flat().filter((name) => name !== own);
  const found = await Promise.all(
    names.map(async (name) => parseRegistration((await store.read(name))?.value)),
  );
  return found.filter((each) => each !== undefined);
}
