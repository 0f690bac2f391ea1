import { theServiceClock } from '../clock/process-clocks.ts';
import { readActivity } from '../status/activity/read-activity.ts';
import { createAzureAccountProbe, probeServerCopy } from '../azure/account-probe.ts';
import { createAzureQueueProbe } from '../azure/queue/queue-probe.ts';
import { checkBackup, checkSoftDelete } from '../setup-check/check-backup.ts';
import { checkCanary, checkSource } from '../setup-check/check-source.ts';
import { checkClock, checkCopy, checkKinds, checkVersion } from '../setup-check/check-accounts.ts';
import { checkIdentity, checkPause, checkState, checkSwapped } from '../setup-check/check-state.ts';
import { checkQueue, checkSubscription } from '../setup-check/check-queues.ts';
import { chooseProbedContainers } from '../setup-check/try-right.ts';
import type { Settings } from '../config/settings.ts';
import { createPauseStore } from '../pause/pause-store.ts';
import { refuseAnother } from '../identity/register-mirror.ts';
import { listOtherMirrors, refuseSharedQueues } from '../identity/other-mirrors.ts';
import type { Finding } from '../api/finding.ts';
import { damaged, parseDocument } from '../documents/document-kind.ts';
import { REGISTRATION_DOCUMENT, registrationName, toRegistration } from '../identity/registration.ts';
import { createScope } from '../model/scope.ts';
import { connectAdministration, connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id.ts';
import { openAdmission, openDocuments, openState } from './open-documents.ts';
import { toFacts } from './open-identity.ts';

export type { Finding } from '../api/finding.ts';

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
    detectSwap: async () => await openAdmission(settings).evaluate(),
    refuseAnother: async () => {
      const name = registrationName(mirror);
      const found = parseDocument(REGISTRATION_DOCUMENT, name, await state.read(name));
      if (found.state === 'damaged') throw found.error;
      const [own, facts, now] = [toRegistration(found), toFacts(settings), theServiceClock.now()];
      refuseAnother(own, facts, now);
      refuseSharedQueues(facts, own, await listOtherMirrors(state, mirror, refuseDamaged), now);
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
  const sample = await chooseProbedContainers(probes, scope, isOnBackup ? container : undefined);
  const mayBeHierarchical = namespace !== 'flat' && (await isHierarchical(probes.backup));
  yield* await checkSource(probes.source, {
    tags: policy.tags === 'mirror',
    signs: copy.engine !== 'streamed',
    sample: sample.source,
  });
  yield checkVersion('source-version', source.name, source.client.version, source.negotiatedVersion.status());
  const { canary } = settings.recovery;
  if (canary !== undefined && sample.isSourceListed) yield await checkCanary(probes.source, canary);
  yield* await checkBackup(probes.backup, {
    tags: policy.tags === 'mirror',
    access: policy.acl === 'mirror' && mayBeHierarchical,
    sample: sample.backup,
  });
  yield checkVersion('backup-version', backup.name, backup.client.version, backup.negotiatedVersion.status());
  yield await checkKinds(probes.source, probes.backup, namespace);
  const { source: from, backup: to } = sample;
  if (copy.engine !== 'streamed' && from !== undefined && to !== undefined)
    yield await checkCopy(
      source.name,
      backup.name,
      async () => await probeServerCopy(source, backup, { from, to }),
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
    async () => (await createPauseStore(documents).read()).paused ?? undefined,
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
