import { readActivity } from '../activity/read-activity.js';
import { createAzureCanary } from '../azure/azure-canary.js';
import { createAzureDeadLetterQueue } from '../azure/azure-dead-letter-queue.js';
import { createAzureQueueBrowser } from '../azure/azure-queue-browser.js';
import { createAzureReader } from '../azure/azure-reader.js';
import { theServiceClock } from '../clock/the-service-clock.js';
import type { Settings } from '../config/settings.js';
import { canaryPlace } from '../recovery/canary/canary-place.js';
import { followCanary } from '../recovery/canary/follow-canary.js';
import { recordSample } from '../recovery/history/record-sample.js';
import { createStatusReader, type StatusReader } from '../recovery/status/create-status-reader.js';
import { createRunHistory } from '../reconcile/runs/run-history.js';
import { createRunStore } from '../reconcile/runs/run-store.js';
import type { Logger } from '../telemetry/logger.js';
import { createPauses } from '../control/pauses.js';
import { ACKNOWLEDGED } from '../deadletter/letter-box.js';
import { isBefore } from '../deadletter/letter-mark.js';
import { lookAtLetters } from '../deadletter/look-at-letters.js';
import { readMark } from '../deadletter/mark-document.js';
import { DEFAULT_NAME } from '../model/mirror-id.js';
import { createScope } from '../model/scope.js';
import { connectServiceBus } from './connect-service-bus.js';
import { connectStorage } from './connect-storage.js';
import { mirrorDigest } from './mirror-digest.js';
import { mirrorIdOf } from './mirror-id-of.js';
import type { Identity } from './open-identity.js';
import { openDocuments } from './open-documents.js';

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
