import { readSettings } from '../config/settings.ts';
import { createLogger } from '../telemetry/create-logger.ts';
import { createActions, type Actions } from './guard-action.ts';
import { createDeadLetters, type DeadLetters } from './create-dead-letters.ts';
import { createMirror, type Mirror } from './create-mirror.ts';
import { createRecovery, type Recovery } from './create-recovery.ts';
import { createReconciliation, type Reconciliation } from './create-reconciliation.ts';
import { observe, type Observation } from './observe.ts';
import { openAccounts } from './open-accounts.ts';
import { type Control, openControl } from './open-control.ts';
import { type Identity, openIdentity } from './open-identity.ts';
import { createPage, type Page } from './page.ts';
import { tellClock } from './tell-clock.ts';
import { createStatusApi, type StatusApi } from './status-api.ts';

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
