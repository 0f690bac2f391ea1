import { readSettings } from '../config/settings.js';
import { createLogger } from '../telemetry/create-logger.js';
import { createActions, type Actions } from './guard-action.js';
import { createDeadLetters, type DeadLetters } from './create-dead-letters.js';
import { createMirror, type Mirror } from './create-mirror.js';
import { createRecovery, type Recovery } from './create-recovery.js';
import { createReconciliation, type Reconciliation } from './create-reconciliation.js';
import { observe, type Observation } from './observe.js';
import { openAccounts } from './open-accounts.js';
import { type Control, openControl } from './open-control.js';
import { type Identity, openIdentity } from './open-identity.js';
import { createPage, type Page } from './page.js';
import { tellClock } from './tell-clock.js';
import { createStatusApi, type StatusApi } from './status-api.js';

export interface App {
  readonly actions: Actions;
  readonly control: Control;
  readonly deadLetters: DeadLetters;
  readonly identity: Identity;
  readonly mirror: Mirror;
  readonly observation: Observation;
  readonly page: Page;
  readonly reconciliation: Reconciliation;
  readonly recovery: Recovery;
  readonly status: StatusApi;
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
    tellClock(log);
    const identity = openIdentity(settings, log);
    const { documents } = identity;
    const control = openControl(documents, log, identity.refusal);
    const { gate } = control;
    const accounts = openAccounts(settings, log, { isPaused: gate.isPaused, identity });
    const recovery = createRecovery(settings, log, identity);
    const observation = observe(settings, documents, log, recovery.read);
    app = {
      actions: createActions(documents, log),
      control,
      identity,
      deadLetters: createDeadLetters(settings, log, documents, accounts),
      mirror: createMirror(settings, log, accounts, gate),
      observation,
      page: createPage(),
      reconciliation: createReconciliation(settings, log, { accounts, pause: gate, documents }),
      recovery,
      status: createStatusApi(recovery, log),
    };
  }
  return app;
}
