import { randomBytes } from 'node:crypto';
import type { ShownKey } from '../api/shown-key.ts';
import { formatSkew } from '../api/statement.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { backgroundSteadyClock } from '../clock/service-clock.ts';
import { once } from '../concurrency/coalesce.ts';
import type { Settings } from '../config/settings.ts';
import { ERRORS } from '../model/errors.ts';
import type { Key } from '../model/key.ts';
import { type Scope, createScope } from '../model/scope.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { keepActivity } from '../status/activity/keep-activity.ts';
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
import { type Identity, isRefusal, openIdentity } from './open-identity.ts';
import { type PauseControl, openPause } from '../pause/pause-watch.ts';
import { openQueues } from './open-queues.ts';
import { readOtherScopes, scopeOf } from './read-other-scopes.ts';

/**
 * How long a stop waits until the events that were dropped here are on record, where another worker has them in its scope:
 * while the host ends, which waits a second for its hooks, and once it has ended.
 */
const LAST_LOOK_WITHIN_MS = { host: 700, process: 2_000 };

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
  const identity = openIdentity(settings, log, openState(settings), openAdmission(settings));
  const { documents } = identity;
  const control = openPause(documents, log, () => theServiceClock.now(), identity.refusal);
  const pause = control.gate;
  const now = (): Date => theServiceClock.now();
  const ledger = createLedger({
    documents,
    log,
    now,
    readScopes: async () => (await readOtherScopes(settings, documents, now())).scopes,
  });
  const accounts = openAccounts(settings, log, { isPaused: pause.isPaused, identity, unprotected: ledger });
  const queues = openQueues(settings);
  const worker = randomBytes(6).toString('hex');
  const started = backgroundSteadyClock.now();
  // By the services' clock, which none has told yet.
  const startedAt = (): Date => new Date(now().getTime() - (backgroundSteadyClock.now() - started));
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
  // Before anything is counted, and after all that may fail: it is at most once a process.
  const observation = startObservation(worker, settings, documents, log);
  logClockChanges(log);
  return {
    log,
    documents,
    identity,
    pause: control,
    observation: {
      ...observation,
      stop: async () => {
        await Promise.allSettled([observation.stop(), ledger.stop(LAST_LOOK_WITHIN_MS.host)]);
      },
    },
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
      // A worker of an older release does not tell its scope: that may be anything.
      const readScopes = async (): Promise<readonly Scope[]> => {
        const { scopes, hasUnknown } = await readOtherScopes(settings, documents, now());
        return hasUnknown ? [...scopes, createScope(settings.source.accountName)] : scopes;
      };
      const parts = { accounts, queues, documents, ledger, reconciler, pause, readScopes };
      return createUnprotected(settings, log, parts);
    }),
    statusService: once(async () => {
      const { createStatusService } = await import('./create-status-service.ts');
      return createStatusService(settings, log, {
        queues,
        documents,
        worker: { id: worker, startedAt, renew: identity.renew },
      });
    }),
    stop: async () => {
      await ledger.stop(LAST_LOOK_WITHIN_MS.process);
      await queues.close();
    },
  };
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
    isRefusal,
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
