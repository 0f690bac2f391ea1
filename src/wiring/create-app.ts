import { randomBytes } from 'node:crypto';
import type { ShownKey } from '../api/shown-key.ts';
import { formatSkew } from '../api/statement.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { backgroundSteadyClock } from '../clock/service-clock.ts';
import type { Settings } from '../config/settings.ts';
import { ERRORS } from '../model/errors.ts';
import type { Key } from '../model/key.ts';
import { type Scope, createScope } from '../model/scope.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { type AboutWorker, keepActivity } from '../status/activity/keep-activity.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Telemetry, startTelemetry } from '../telemetry/start-telemetry.ts';
import { createLedger } from '../unprotected/ledger.ts';
import { createCredential } from './connect-storage.ts';
import type { DeadLetters } from './create-dead-letters.ts';
import type { Mirror } from './create-mirror.ts';
import type { Reconciliation } from './create-reconciliation.ts';
import type { StatusService } from './create-status-service.ts';
import type { UnprotectedService } from './create-unprotected.ts';
import { settingDigests } from './mirror-id.ts';
import { openAccounts } from './open-accounts.ts';
import { openAdmission, openState } from './open-documents.ts';
import { type Identity, openIdentity } from './open-identity.ts';
import { type PauseControl, openPause } from '../pause/pause-watch.ts';
import { openQueues } from './open-queues.ts';

/** The use cases of a worker. They share the accounts, the queues and the documents. */
export interface App {
  readonly log: Logger;
  readonly documents: DocumentStore;
  readonly identity: Identity;
  readonly pause: PauseControl;
  /** Each use case is loaded and made at its first use: a worker of Azure Functions may run a single function. */
  readonly mirror: () => Promise<Mirror>;
  readonly reconciliation: () => Promise<Reconciliation>;
  readonly deadLetters: () => Promise<DeadLetters>;
  readonly statusService: () => Promise<StatusService>;
  readonly unprotected: () => Promise<UnprotectedService>;
  readonly showKey: (key: Key) => Promise<ShownKey>;
  readonly observation: Observation;
  /** Closes the connection to the queues. The host must have stopped: messages in hand could not be settled. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes the use cases from the settings. Makes no request: connections are opened when they are first used. At most
 * once a process, since the metrics of a process are global.
 */
export function createApp(settings: Settings, log: Logger): App {
  logClockChanges(log);
  const identity = openIdentity(settings, log, openState(settings), openAdmission(settings));
  const { documents } = identity;
  const control = openPause(documents, log, () => theServiceClock.now(), identity.refusal);
  const pause = control.gate;
  const now = (): Date => theServiceClock.now();
  const ledger = createLedger({
    documents,
    log,
    now,
    readScopes: async () => await readScopes(settings, documents, now()),
  });
  const accounts = openAccounts(settings, log, { isPaused: pause.isPaused, identity, unprotected: ledger });
  const queues = openQueues(settings);
  const worker = randomBytes(6).toString('hex');
  const reconciliation = once(async () => {
    const { createReconciliation } = await import('./create-reconciliation.ts');
    return createReconciliation(settings, log, { accounts, queues, documents, pause });
  });
  const showKey = once(async () => {
    const { createShowKey } = await import('./create-show-key.ts');
    return createShowKey(settings, {
      accounts,
      queues,
      documents,
      reconciler: (await reconciliation()).reconciler,
    });
  });
  return {
    log,
    documents,
    identity,
    pause: control,
    // Before anything is counted.
    observation: startObservation(worker, settings, documents, log),
    mirror: once(async () => {
      const { createMirror } = await import('./create-mirror.ts');
      return createMirror(settings, log, { accounts, queues, pause, unprotected: ledger });
    }),
    reconciliation,
    showKey: async (key) => await (await showKey())(key),
    deadLetters: once(async () => {
      const { createDeadLetters } = await import('./create-dead-letters.ts');
      return createDeadLetters(settings, log, { accounts, queues, documents, unprotected: ledger });
    }),
    unprotected: once(async () => {
      const { createUnprotected } = await import('./create-unprotected.ts');
      const { reconciler } = await reconciliation();
      return createUnprotected(settings, log, { accounts, queues, documents, ledger, reconciler, pause });
    }),
    statusService: once(async () => {
      const { createStatusService } = await import('./create-status-service.ts');
      return createStatusService(settings, log, { queues, documents, renew: identity.renew, worker });
    }),
    stop: queues.close,
  };
}

/** The scopes of the workers of this mirror that are at work, whatever their settings are. */
async function readScopes(
  { source, scope }: Settings,
  documents: DocumentStore,
  now: Date,
): Promise<readonly Scope[]> {
  const [{ readActivity }, { currentWorkers }] = await Promise.all([
    import('../status/activity/read-activity.ts'),
    import('../status/judge-workers.ts'),
  ]);
  const { workers } = await readActivity(documents, now);
  return currentWorkers(workers, now).flatMap((worker) =>
    worker.scope === undefined ? [] : createScope(source.accountName, { ...scope, ...worker.scope }),
  );
}

function scopeOf({ scope: { containers, paths, patterns } }: Settings): NonNullable<AboutWorker['scope']> {
  const plain = <Rule>({
    include,
    exclude,
  }: {
    readonly include: readonly Rule[];
    readonly exclude: readonly Rule[];
  }) => ({
    include: [...include],
    exclude: [...exclude],
  });
  return { containers: plain(containers), paths: plain(paths), patterns: plain(patterns) };
}

function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return async () => await (made ??= make());
}

/** The metrics of this process, and the document that shows other workers what this one does. */
interface Observation {
  readonly telemetry: Telemetry;
  /** Writes and sends what is left, within a second. */
  readonly stop: () => Promise<void>;
}

function startObservation(
  worker: string,
  settings: Settings,
  documents: DocumentStore,
  log: Logger,
): Observation {
  const { monitor } = settings.telemetry;
  const connection = monitor && {
    connectionString: monitor.connectionString,
    credential: monitor.identity && createCredential(monitor.identity.clientId),
  };
  const telemetry = startTelemetry({ worker, monitor: connection }, log);
  const activity = keepActivity(worker, documents, log, backgroundSteadyClock, {
    settings: settingDigests(settings),
    scope: scopeOf(settings),
    clock: theServiceClock,
  });
  return {
    telemetry,
    stop: async () => {
      await Promise.allSettled([telemetry.stop(), activity.stop()]);
    },
  };
}

/** One line when the clock of this machine turns out to be off, and one when it is right again. */
function logClockChanges(log: Logger): void {
  theServiceClock.listen((assessment) => {
    if (assessment.state === 'off')
      log.error('the clock of this machine is off, so it claims no recovery point', {
        code: 'clock-off',
        detail: `it is ${formatSkew(assessment.aheadMs)}, by that of the account ${assessment.of}`,
        aheadMs: assessment.aheadMs,
        hint: ERRORS['clock-off'].hint,
      });
    else log.info('the clock of this machine is right again');
  });
}
