import { randomBytes } from 'node:crypto';
import { formatSkew } from '../api/statement.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import type { ClockAssessment } from '../clock/service-clock.ts';
import { type Settings, readSettings } from '../config/settings.ts';
import { type ActionGuard, createActionGuard } from '../http/action-guard.ts';
import { type Page, createPage } from '../http/page.ts';
import {
  type MetricsHandlers,
  type StatusHandlers,
  createMetricsHandlers,
  createStatusHandlers,
} from '../http/status-handlers.ts';
import { ERRORS } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { keepActivity } from '../status/activity/keep-activity.ts';
import { type Logger, createLogger } from '../telemetry/logger.ts';
import { startTelemetry } from '../telemetry/start-telemetry.ts';
import { createCredential } from './connect-storage.ts';
import { type DeadLetters, createDeadLetters } from './create-dead-letters.ts';
import { type Mirror, createMirror } from './create-mirror.ts';
import { type Reconciliation, createReconciliation } from './create-reconciliation.ts';
import { type StatusService, createStatusService } from './create-status-service.ts';
import { openAccounts } from './open-accounts.ts';
import { type Identity, openIdentity } from './open-identity.ts';
import { type PauseControl, openPause } from './open-pause.ts';

export interface App {
  readonly actionGuard: ActionGuard;
  readonly pause: PauseControl;
  readonly deadLetters: DeadLetters;
  readonly identity: Identity;
  readonly mirror: Mirror;
  readonly observation: Observation;
  readonly page: Page;
  readonly reconciliation: Reconciliation;
  readonly statusService: StatusService;
  readonly statusHandlers: StatusHandlers;
}

let app: App | undefined;

/**
 * The one app of this process, made from the environment when it is first asked for. Every registered function shares
 * it, since flights of one key are shared inside a process.
 *
 * @throws BlobmirrorError `setting-missing` or `setting-invalid`
 */
export function theApp(): App {
  if (app === undefined) {
    const settings = readSettings(process.env);
    const log = createLogger(settings.logLevel);
    logClockChanges(log);
    const identity = openIdentity(settings, log);
    const { documents } = identity;
    const control = openPause(documents, log, identity.refusal);
    const { gate } = control;
    const accounts = openAccounts(settings, log, { isPaused: gate.isPaused, identity });
    const recovery = createStatusService(settings, log, identity);
    const observation = startObservation(settings, documents, log, recovery.read);
    app = {
      actionGuard: createActionGuard(documents, log),
      pause: control,
      identity,
      deadLetters: createDeadLetters(settings, log, documents, accounts),
      mirror: createMirror(settings, log, accounts, gate),
      observation,
      page: createPage(),
      reconciliation: createReconciliation(settings, log, { accounts, pause: gate, documents }),
      statusService: recovery,
      statusHandlers: createStatusHandlers(recovery, log),
    };
  }
  return app;
}

/** What this worker does, as others see it. */
interface Observation {
  readonly metrics: MetricsHandlers;
  /** Writes down and sends what is left, within a second. */
  readonly stop: () => Promise<void>;
}

/** Once a process, and before anything is counted. @param refresh finds out anew what gauges show */
function startObservation(
  { telemetry: { monitor } }: Pick<Settings, 'telemetry'>,
  documents: DocumentStore,
  log: Logger,
  refresh?: () => Promise<unknown>,
): Observation {
  const worker = randomBytes(6).toString('hex');
  const connection = monitor && {
    connectionString: monitor.connectionString,
    credential: monitor.identity && createCredential(monitor.identity.clientId),
  };
  const telemetry = startTelemetry({ worker, monitor: connection }, log);
  const activity = keepActivity(worker, documents, log);
  return {
    metrics: createMetricsHandlers(telemetry, log, refresh),
    stop: async () => {
      await Promise.allSettled([telemetry.stop(), activity.stop()]);
    },
  };
}

/** Logs, once for each change, that the clock of this machine is off, and that it is right again. */
function logClockChanges(
  log: Logger,
  clock: { listen(listener: (judgement: ClockAssessment) => void): unknown } = theServiceClock,
): void {
  clock.listen((judgement) => {
    if (judgement.state === 'off')
      log.error('the clock of this machine is off, so it claims no recovery point', {
        code: 'clock-off',
        detail: `it is ${formatSkew(judgement.aheadMs)}, by that of the account ${judgement.of}`,
        aheadMs: judgement.aheadMs,
        hint: ERRORS['clock-off'].hint,
      });
    else log.info('the clock of this machine is right again');
  });
}
