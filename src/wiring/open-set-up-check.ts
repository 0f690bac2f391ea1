import type { Finding } from '../api/finding.ts';
import { createAzureAccountProbe, probeServerCopy } from '../azure/account-probe.ts';
import type { Account } from '../azure/account/connect-account.ts';
import { createAzureQueueProbe } from '../azure/queue/queue-probe.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import { readDocument } from '../documents/change-document.ts';
import { listOtherMirrors, refuseSharedQueues } from '../identity/other-mirrors.ts';
import { refuseAnother } from '../identity/register-mirror.ts';
import { REGISTRATION_DOCUMENT, registrationName, toRegistration } from '../identity/registration.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { createScope } from '../model/scope.ts';
import { createPauseStore } from '../pause/pause-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { QueueProbe } from '../ports/probes.ts';
import { type SetUp, checkSetUp } from '../setup-check/check-set-up.ts';
import { readActivity } from '../status/activity/read-activity.ts';
import { connectAdministration, connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id.ts';
import { openAdmission, openDocuments, openState } from './open-documents.ts';
import { toFacts } from './open-identity.ts';

export type { Finding } from '../api/finding.ts';

/** Somebody waits for the command. */
const HASTE = { tries: 1, answerWithinMs: 10_000 };

/** Tests the set-up that the settings describe. @see checkSetUp */
export async function* checkSettings(settings: Settings): AsyncGenerator<Finding, void, void> {
  const { policy, copy, namespace, eventsQueue, reconcile, state } = settings;
  const [source, backup] = [connectStorage(settings.source, HASTE), connectStorage(settings.backup, HASTE)];
  const stateAccount = connectStorage(state.connection, HASTE);
  const store = openState(settings, HASTE);
  const admission = openAdmission(settings);
  const documents = openDocuments(settings, store, admission);
  const { probeQueue, close } = openProbes(settings);
  try {
    yield* checkSetUp({
      source: toChecked(source),
      backup: toChecked(backup),
      state: {
        documents: store,
        probe: createAzureAccountProbe(stateAccount),
        container: state.container,
        isOnBackup: state.connection.accountName === settings.backup.accountName,
      },
      queues: {
        events: probeQueue(eventsQueue),
        reconcile: probeQueue(reconcile.queue),
      },
      scope: createScope(source.name, settings.scope),
      identity: {
        mirror: mirrorIdOf(settings),
        detectSwap: async () => await admission.evaluate(),
        refuseAnother: async () => {
          await refuseOthers(settings, store);
        },
      },
      namespace,
      needs: {
        tags: policy.tags === 'mirror',
        access: policy.acl === 'mirror',
        serverCopy: copy.engine !== 'streamed',
      },
      historyDays: settings.history?.days,
      canary: settings.recovery.canary,
      probeServerCopy: async (containers) => await probeServerCopy(source, backup, containers),
      readLastMirrored: async () => {
        const { minutes } = await readActivity(documents, theServiceClock.now());
        // Only changes by events have a lag.
        const last = minutes.findLast(({ lagP50Ms }) => lagP50Ms !== null);
        return last && new Date(last.at);
      },
      readWorkers: async () => (await readActivity(documents, theServiceClock.now())).workers,
      readPause: async () => (await createPauseStore(documents).read()).paused ?? undefined,
    });
  } finally {
    await close();
  }
}

/** A connection that the SDK does not accept is a finding about each queue. */
function openProbes({ serviceBus: connection }: Settings): {
  readonly probeQueue: (queue: string) => QueueProbe;
  readonly close: () => Promise<void>;
} {
  try {
    const client = connectServiceBus(connection);
    return {
      // A client of its own for each queue: a probe adds a policy to the pipeline of its client.
      probeQueue: (queue) => createAzureQueueProbe(client, connectAdministration(connection), queue),
      close: async () => {
        await client.close();
      },
    };
  } catch (thrown) {
    const fail = async (): Promise<never> => await Promise.reject(toBlobmirrorError(thrown));
    const unknown = async (): Promise<undefined> => await Promise.resolve(undefined);
    return {
      probeQueue: (queue) => ({
        queue,
        receive: fail,
        send: fail,
        properties: unknown,
        clockAheadMs: unknown,
      }),
      close: unknown,
    };
  }
}

function toChecked(account: Account): SetUp['source'] {
  return {
    probe: createAzureAccountProbe(account),
    newestVersion: account.client.version,
    versionStatus: () => account.negotiatedVersion.status(),
  };
}

/** @throws BlobmirrorError `mirror-name-taken` or `queue-taken` for another mirror that is at work, `document-damaged` or `document-too-new` when that is unknown */
async function refuseOthers(settings: Settings, store: DocumentStore): Promise<void> {
  const mirror = mirrorIdOf(settings);
  const name = registrationName(mirror);
  const found = await readDocument(store, REGISTRATION_DOCUMENT, name);
  if (found.state === 'damaged') throw found.error;
  const [own, facts, now] = [toRegistration(found), toFacts(settings), theServiceClock.now()];
  refuseAnother(own, facts, now);
  const others = await listOtherMirrors(store, mirror, (_, error) => {
    throw error;
  });
  refuseSharedQueues(facts, own, others, now);
}
