import { theServiceClock } from '../clock/the-service-clock.ts';
import { readActivity } from '../activity/read-activity.ts';
import { createAzureAccountProbe } from '../azure/azure-account-probe.ts';
import { createAzureQueueProbe } from '../azure/azure-queue-probe.ts';
import { probeCopy } from '../azure/probe-copy.ts';
import { checkBackup } from '../check/check-backup.ts';
import { checkCanary } from '../check/check-canary.ts';
import { checkClock } from '../check/check-clock.ts';
import { checkCopy } from '../check/check-copy.ts';
import { checkIdentity, checkSwapped } from '../check/check-identity.ts';
import { checkKinds } from '../check/check-kinds.ts';
import { checkQueue } from '../check/check-queue.ts';
import { checkSoftDelete } from '../check/check-soft-delete.ts';
import { checkSource } from '../check/check-source.ts';
import { checkPause, checkState } from '../check/check-state.ts';
import { checkSubscription } from '../check/check-subscription.ts';
import { checkVersion } from '../check/check-version.ts';
import { chooseSamples } from '../check/choose-samples.ts';
import type { Settings } from '../config/settings.ts';
import { createPauses } from '../control/pauses.ts';
import { refuseAnother } from '../identity/claim.ts';
import { listOthers } from '../identity/list-others.ts';
import { refuseSharedQueues } from '../identity/refuse-shared-queues.ts';
import type { Finding } from '../model/finding.ts';
import { damaged, parseDocument } from '../model/document-kind.ts';
import { REGISTRATION_DOCUMENT, registrationName, toRegistration } from '../model/registration.ts';
import { createScope } from '../model/scope.ts';
import { connectAdministration } from './connect-administration.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id-of.ts';
import { openAdmission } from './open-admission.ts';
import { openDocuments, openState } from './open-documents.ts';
import { toFacts } from './open-identity.ts';

export type { Finding } from '../model/finding.ts';

/** Whoever runs a check waits for it. A write is tried only where a read was answered. */
const HASTE = { tries: 1, answerWithinMs: 10_000 };

/** Tests the set-up as the settings have it, by harmless requests. Findings come as they are made, and it never rejects for one. */
export async function* checkSetUp(settings: Settings): AsyncGenerator<Finding, void, void> {
  const { policy, copy, namespace, eventsQueue, reconcile } = settings;
  const [source, backup] = [connectStorage(settings.source, HASTE), connectStorage(settings.backup, HASTE)];
  const { connection, container } = settings.state;
  const stateAccount = connectStorage(connection, HASTE);
  const probes = { source: createAzureAccountProbe(source), backup: createAzureAccountProbe(backup) };
  const state = openState(settings, HASTE);
  const documents = openDocuments(settings, HASTE);
  const scope = createScope(source.name, settings.scope);

  const mirror = mirrorIdOf(settings);
  const identity = {
    source: source.name,
    backup: backup.name,
    mirror,
    look: async () => await openAdmission(settings).look(),
    refuseAnother: async () => {
      const name = registrationName(mirror);
      const found = parseDocument(REGISTRATION_DOCUMENT, name, await state.read(name));
      if (found.state === 'damaged') throw found.error;
      const [own, facts, now] = [toRegistration(found), toFacts(settings), theServiceClock.now()];
      refuseAnother(own, facts, now);
      refuseSharedQueues(facts, own, await listOthers(state, mirror, refuseDamaged), now);
    },
  };
  const swapped = await checkSwapped(identity);
  yield swapped;
  // What follows writes to the accounts, in the belief that they are what they are taken for.
  if (swapped.status === 'problem') return;

  // First, since it makes the container that the backup is tried in.
  yield await checkState(state, createAzureAccountProbe(stateAccount), container);
  yield await checkIdentity(identity);
  const isOnBackup = connection.accountName === settings.backup.accountName;
  const sample = await chooseSamples(probes, scope, isOnBackup ? container : undefined);
  const mayBeHierarchical = namespace !== 'flat' && (await isHierarchical(probes.backup));
  yield* await checkSource(probes.source, {
    tags: policy.tags === 'mirror',
    signs: copy.engine !== 'streamed',
    sample: sample.source,
  });
  yield checkVersion('source-version', source.name, source.client.version, source.spokenVersion.status());
  const { canary } = settings.recovery;
  if (canary !== undefined && sample.isSourceListed) yield await checkCanary(probes.source, canary);
  yield* await checkBackup(probes.backup, {
    tags: policy.tags === 'mirror',
    access: policy.acl === 'mirror' && mayBeHierarchical,
    sample: sample.backup,
  });
  yield checkVersion('backup-version', backup.name, backup.client.version, backup.spokenVersion.status());
  yield await checkKinds(probes.source, probes.backup, namespace);
  const { source: from, backup: to } = sample;
  if (copy.engine !== 'streamed' && from !== undefined && to !== undefined)
    yield await checkCopy(
      source.name,
      backup.name,
      async () => await probeCopy(source, backup, { from, to }),
    );
  yield await checkSoftDelete(probes.backup);

  const serviceBus = connectServiceBus(settings.serviceBus);
  try {
    const queueProbe = (queue: string) =>
      createAzureQueueProbe(serviceBus, connectAdministration(settings.serviceBus), queue);
    const events = queueProbe(eventsQueue);
    yield* await checkQueue(events, 'events');
    yield* await checkQueue(queueProbe(reconcile.queue), 'reconcile');
    yield await checkSubscription(source.name, eventsQueue, async () => {
      // Events alone have a lag.
      const { minutes } = await readActivity(documents, theServiceClock.now());
      const last = minutes.findLast(({ lagP50Ms }) => lagP50Ms !== null);
      return last && new Date(last.at);
    });
    yield await checkClock('source-clock', source.name, probes.source.clockAheadMs);
    yield await checkClock('backup-clock', backup.name, probes.backup.clockAheadMs);
    yield await checkClock('queue-clock', eventsQueue, events.clockAheadMs);
  } finally {
    await serviceBus.close();
  }
  yield await checkPause(
    stateAccount.name,
    async () => (await createPauses(documents).read()).paused ?? undefined,
  );
}

/** Whether that mirror is at work, or with which queues, cannot be told. */
function refuseDamaged(name: string): never {
  throw damaged(name, 'the registration of another mirror');
}

async function isHierarchical(probe: { readonly kind: () => Promise<string> }): Promise<boolean> {
  try {
    return (await probe.kind()) === 'hierarchical';
  } catch {
    // Told by a finding of its own.
    return false;
  }
}
