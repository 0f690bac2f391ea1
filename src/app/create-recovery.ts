import { readActivity } from '../activity/read-activity.ts';
import { createAzureCanary } from '../azure/azure-canary.ts';
import { createAzureDeadLetterQueue } from '../azure/azure-dead-letter-queue.ts';
import { createAzureQueueBrowser } from '../azure/azure-queue-browser.ts';
import { createAzureReader } from '../azure/azure-reader.ts';
import { theServiceClock } from '../clock/the-service-clock.ts';
import type { Settings } from '../config/settings.ts';
import { canaryPlace } from '../recovery/canary/canary-place.ts';
import { followCanary } from '../recovery/canary/follow-canary.ts';
import { recordSample } from '../recovery/history/record-sample.ts';
import { createStatusReader, type StatusReader } from '../recovery/status/create-status-reader.ts';
import { createRunHistory } from '../reconcile/runs/run-history.ts';
import { createRunStore } from '../reconcile/runs/run-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPauses } from '../control/pauses.ts';
import { ACKNOWLEDGED } from '../deadletter/letter-box.ts';
import { isBefore } from '../deadletter/letter-mark.ts';
import { lookAtLetters } from '../deadletter/look-at-letters.ts';
import { readMark } from '../deadletter/mark-document.ts';
import { DEFAULT_NAME } from '../model/mirror-id.ts';
import { createScope } from '../model/scope.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorDigest } from './mirror-digest.ts';
import { mirrorIdOf } from './mirror-id-of.ts';
import type { Identity } from './open-identity.ts';
import { openDocuments } from './open-documents.ts';

/** How the mirror is doing, and the two things that are done each minute to know it. */
export interface Recovery extends StatusReader {
  /** Remembers how the mirror is doing, and logs when its health turns. */
  readonly watch: () => Promise<void>;
  /** Writes the canary and follows it; undefined where there is none. */
  readonly canary: (() => Promise<void>) | undefined;
  readonly stop: () => Promise<void>;
}

/** A worker that has just started may find that nobody was heard of for long, until its first minute is over. */
const GRACE_MS = 120_000;

/**
 * Accounts of its own, apart from those that the mirror works with: an account that is slow or out of reach is what
 * somebody wants to be told of at once, and not when its gate lets a request pass.
 *
 * @param worker undefined where a command asks
 */
export function createRecovery(
  settings: Settings,
  log: Logger,
  worker?: Pick<Identity, 'documents' | 'renew'>,
): Recovery {
  const { recovery, eventsQueue, reconcile } = settings;
  const [sourceAccount, backupAccount] = [connectStorage(settings.source), connectStorage(settings.backup)];
  const source = createAzureReader(sourceAccount);
  const backup = createAzureReader(backupAccount);
  const now = (): Date => theServiceClock.now();
  const documents = worker?.documents ?? openDocuments(settings);
  const pauses = createPauses(documents, now);
  const serviceBus = connectServiceBus(settings.serviceBus);
  const letters = (queue: string) => createAzureDeadLetterQueue(serviceBus, serviceBus.createSender(queue));
  const letterQueues = { events: letters(eventsQueue), reconcile: letters(reconcile.queue) };
  const mirror = mirrorDigest(settings);
  const history = createRunHistory(createRunStore(documents, log, mirror, now), mirror);
  const scope = createScope(source.account, settings.scope);
  const place = recovery.canary && canaryPlace(recovery.canary, mirrorIdOf(settings));
  const onBackup = place && { ...place, container: scope.toBackup(place.container) };
  // Whether or not there is such a container, it takes the right to read and an answer by name.
  const probe = settings.state.container;

  const graceUntil = performance.now() + GRACE_MS;
  const status = createStatusReader({
    source: source.account,
    backup: backup.account,
    ...(settings.name !== DEFAULT_NAME && { name: settings.name }),
    documents,
    readRuns: history.read,
    readActivity: async (until, damaged) => await readActivity(documents, until, damaged),
    readPause: async () => (await pauses.read()).paused ?? undefined,
    events: createAzureQueueBrowser(serviceBus, eventsQueue),
    readLetters: async function* () {
      for await (const { letter } of lookAtLetters(letterQueues)) yield letter;
    },
    readAcknowledged: async (damaged) => {
      const mark = await readMark(documents, ACKNOWLEDGED, damaged);
      return mark === undefined ? () => false : isBefore(mark);
    },
    probe: {
      source: async () => await source.readContainer(probe),
      backup: async () => await backup.readContainer(probe),
    },
    versions: () => ({
      source: sourceAccount.spokenVersion.status(),
      backup: backupAccount.spokenVersion.status(),
    }),
    lookAtCanary: onBackup && (async () => await backup.read(onBackup)),
    canaryContainer: recovery.canary,
    limits: recovery,
    now,
    serviceClock: theServiceClock,
    ...(worker !== undefined && { isInGrace: () => performance.now() < graceUntil }),
  });

  const canary = place && {
    key: place,
    account: source.account,
    source: createAzureCanary(sourceAccount),
    look: async () => await backup.read(onBackup ?? place),
    documents,
    log,
    now,
  };
  return {
    read: status.read,
    watch: async () => {
      await worker?.renew();
      await recordSample(documents, log, await status.read());
    },
    canary: canary && (async () => await followCanary(canary)),
    stop: async () => {
      await serviceBus.close();
    },
  };
}
