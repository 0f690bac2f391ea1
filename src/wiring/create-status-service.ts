import { readActivity } from '../status/activity/read-activity.ts';
import { createAzureCanarySource } from '../azure/blob/canary-source.ts';
import { createAzureBlobReader } from '../azure/blob-reader.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { describeUnknown } from '../config/known-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { ScopeStatus } from '../api/scope-status.ts';
import { canaryPlace } from '../status/canary.ts';
import { followCanary } from '../status/follow-canary.ts';
import { recordSample } from '../status/history.ts';
import { keepWaitingScan } from '../status/keep-waiting-scan.ts';
import { createStatusReader, type StatusReader } from '../status/create-status-reader.ts';
import { createRunHistory } from '../reconcile/runs/run-history.ts';
import { createRunStore } from '../reconcile/runs/run-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPauseStore } from '../pause/pause-store.ts';
import { ACKNOWLEDGED } from '../deadletter/dead-letter-store.ts';
import { isCoveredBy, readMark } from '../deadletter/dead-letter-mark.ts';
import { browseDeadLetters } from '../deadletter/browse-dead-letters.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { DEFAULT_NAME } from '../model/mirror-id.ts';
import { type PathRule, type ScopeRules, createScope } from '../model/scope.ts';
import { readRecorded } from '../unprotected/list-unprotected.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorDigest, mirrorIdOf, settingDigests } from './mirror-id.ts';
import { watchCredentials } from './watch-credentials.ts';
import type { OpenQueues } from './open-queues.ts';

/** The status of the mirror, and the two functions that keep it up to date each minute. */
export interface StatusService extends StatusReader {
  /** Records a sample of the status, and logs when its health changes. */
  readonly recordStatus: () => Promise<void>;
  /** Writes the canary at the source and reads it on the backup. Undefined when the canary is off. */
  readonly followCanary: (() => Promise<void>) | undefined;
}

interface StatusParts {
  readonly queues: Pick<OpenQueues, 'events' | 'deadLetters'>;
  readonly documents: DocumentStore;
  /** Undefined: a command. */
  readonly worker?: {
    readonly id: string;
    readonly startedAt: () => Date;
    /** Says that the mirror is at work, before each sample. */
    readonly renew: () => Promise<void>;
  };
}

/**
 * It connects to the accounts by itself: the gates of the mirror would delay its requests to an account that is slow or
 * out of reach, which is just what the status has to show.
 */
export function createStatusService(
  settings: Settings,
  log: Logger,
  { queues, documents, worker }: StatusParts,
): StatusService {
  const { recovery } = settings;
  const [sourceAccount, backupAccount] = [connectStorage(settings.source), connectStorage(settings.backup)];
  const source = createAzureBlobReader(sourceAccount);
  const backup = createAzureBlobReader(backupAccount);
  const now = (): Date => theServiceClock.now();
  const pauses = createPauseStore(documents, now);
  const mirror = mirrorDigest(settings);
  const history = createRunHistory(createRunStore(documents, log, mirror, now), mirror);
  const scope = createScope(source.account, settings.scope);
  const place = recovery.canary && canaryPlace(recovery.canary, mirrorIdOf(settings));
  const onBackup = place && { ...place, container: scope.toBackup(place.container) };
  // Reading its properties proves the right to read, whether or not it exists.
  const probedContainer = settings.state.container;

  const status = createStatusReader({
    source: source.account,
    backup: backup.account,
    ...(settings.name !== DEFAULT_NAME && { name: settings.name }),
    documents,
    readRuns: history.read,
    readActivity: async (until, damaged) => await readActivity(documents, until, damaged),
    readRecorded: async (damaged) => await readRecorded(documents, damaged),
    readPause: async () => (await pauses.read()).paused ?? undefined,
    events: queues.events.browser,
    listDeadLetters: async function* () {
      for await (const { deadLetter } of browseDeadLetters(queues.deadLetters)) yield deadLetter;
    },
    readAcknowledged: async (damaged) => {
      const mark = await readMark(documents, ACKNOWLEDGED, damaged);
      return mark === undefined ? () => false : isCoveredBy(mark);
    },
    probe: {
      source: async () => await source.readContainer(probedContainer),
      backup: async () => await backup.readContainer(probedContainer),
    },
    versions: () => ({
      source: sourceAccount.negotiatedVersion.status(),
      backup: backupAccount.negotiatedVersion.status(),
    }),
    readCredentials: watchCredentials(settings),
    readCanary: onBackup && (async () => await backup.read(onBackup)),
    unknownSettings: settings.unknown.map(describeUnknown),
    canaryContainer: recovery.canary,
    scope: toScopeStatus(settings.scope),
    limits: recovery,
    now,
    serviceClock: theServiceClock,
    ...(worker === undefined
      ? { settings: settingDigests(settings) }
      : { worker: () => ({ id: worker.id, startedAt: worker.startedAt() }) }),
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
  let isLong = false;
  /** Without it the live point only stays where it was, and the sample tells what cannot be read. */
  async function keepScan(): Promise<void> {
    try {
      await keepWaitingScan({ documents, events: queues.events.browser, now }, isLong);
    } catch (thrown) {
      const { code, message: detail } = toBlobmirrorError(thrown);
      log.debug('a long queue could not be read on', { code, detail });
    }
  }

  return {
    read: status.read,
    recordStatus: async () => {
      await worker?.renew();
      await keepScan();
      const sample = await status.readSample();
      isLong = !sample.backlog.isComplete;
      await recordSample(documents, log, sample);
    },
    followCanary: canary && (async () => await followCanary(canary)),
  };
}

function toScopeStatus({ containers, paths, patterns, names }: ScopeRules): ScopeStatus {
  const toTexts = (rules: readonly PathRule[]): readonly string[] =>
    rules.map((rule) => `${rule.containers}/${rule.path}`);
  return {
    containers,
    paths: { include: toTexts(paths.include), exclude: toTexts(paths.exclude) },
    patterns,
    names: Object.fromEntries(names.map),
    ...(names.prefix !== '' && { namePrefix: names.prefix }),
  };
}
