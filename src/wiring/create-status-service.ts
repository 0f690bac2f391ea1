import { readActivity } from '../status/activity/read-activity.ts';
import { createAzureCanarySource } from '../azure/blob/canary-source.ts';
import { createAzureDeadLetterQueue } from '../azure/queue/dead-letter-queue.ts';
import { createAzureQueueBrowser } from '../azure/queue/queue-browser.ts';
import { createAzureBlobReader } from '../azure/blob-reader.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import type { Settings } from '../config/settings.ts';
import { canaryPlace } from '../status/canary.ts';
import { followCanary } from '../status/follow-canary.ts';
import { recordSample } from '../status/history.ts';
import { createStatusReader, type StatusReader } from '../status/create-status-reader.ts';
import { createRunHistory } from '../reconcile/runs/run-history.ts';
import { createRunStore } from '../reconcile/runs/run-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPauseStore } from '../pause/pause-store.ts';
import { ACKNOWLEDGED } from '../deadletter/dead-letter-store.ts';
import { isCoveredBy, readMark } from '../deadletter/dead-letter-mark.ts';
import { browseDeadLetters } from '../deadletter/browse-dead-letters.ts';
import { DEFAULT_NAME } from '../model/mirror-id.ts';
import { createScope } from '../model/scope.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorDigest, mirrorIdOf } from './mirror-id.ts';
import type { Identity } from './open-identity.ts';
import { openDocuments } from './open-documents.ts';

/** How the mirror is doing, and the two things that are done each minute to know it. */
export interface StatusService extends StatusReader {
  /** Remembers how the mirror is doing, and logs when its health turns. */
  readonly recordStatus: () => Promise<void>;
  /** Writes the canary and follows it; undefined where there is none. */
  readonly followCanary: (() => Promise<void>) | undefined;
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
export function createStatusService(
  settings: Settings,
  log: Logger,
  worker?: Pick<Identity, 'documents' | 'renew'>,
): StatusService {
  const { recovery, eventsQueue, reconcile } = settings;
  const [sourceAccount, backupAccount] = [connectStorage(settings.source), connectStorage(settings.backup)];
  const source = createAzureBlobReader(sourceAccount);
  const backup = createAzureBlobReader(backupAccount);
  const now = (): Date => theServiceClock.now();
  const documents = worker?.documents ?? openDocuments(settings);
  const pauses = createPauseStore(documents, now);
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
    listDeadLetters: async function* () {
      for await (const { letter } of browseDeadLetters(letterQueues)) yield letter;
    },
    readAcknowledged: async (damaged) => {
      const mark = await readMark(documents, ACKNOWLEDGED, damaged);
      return mark === undefined ? () => false : isCoveredBy(mark);
    },
    probe: {
      source: async () => await source.readContainer(probe),
      backup: async () => await backup.readContainer(probe),
    },
    versions: () => ({
      source: sourceAccount.negotiatedVersion.status(),
      backup: backupAccount.negotiatedVersion.status(),
    }),
    readCanary: onBackup && (async () => await backup.read(onBackup)),
    canaryContainer: recovery.canary,
    limits: recovery,
    now,
    serviceClock: theServiceClock,
    ...(worker !== undefined && { isInGrace: () => performance.now() < graceUntil }),
  });

  const canary = place && {
    key: place,
    account: source.account,
    source: createAzureCanarySource(sourceAccount),
    readBackup: async () => await backup.read(onBackup ?? place),
    documents,
    log,
    now,
  };
  return {
    read: status.read,
    recordStatus: async () => {
      await worker?.renew();
      await recordSample(documents, log, await status.read());
    },
    followCanary: canary && (async () => await followCanary(canary)),
    stop: async () => {
      await serviceBus.close();
    },
  };
}
