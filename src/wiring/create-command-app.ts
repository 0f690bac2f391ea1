import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import type { ShownKey } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type DeadLetters, createDeadLetters } from './create-dead-letters.ts';
import { type Reconciliation, createReconciliation } from './create-reconciliation.ts';
import { createShowKey } from './create-show-key.ts';
import { type StatusService, createStatusService } from './create-status-service.ts';
import { createLedger } from '../unprotected/ledger.ts';
import { type UnprotectedService, createUnprotected } from './create-unprotected.ts';
import { openAccounts } from './open-accounts.ts';
import { openDocuments } from './open-documents.ts';
import { openPause } from '../pause/pause-watch.ts';
import { openQueues } from './open-queues.ts';

/** The use cases of a command. It uses the state and the queues directly, and needs no running worker. */
export interface CommandApp {
  readonly reconciliation: Reconciliation;
  readonly deadLetters: DeadLetters;
  readonly statusService: StatusService;
  readonly showKey: (key: Key) => Promise<ShownKey>;
  readonly unprotected: Pick<UnprotectedService, 'list' | 'acknowledge'>;
  readonly stop: () => Promise<void>;
}

/** The same parts as `createApp`, but for a process that handles no messages and registers no mirror. */
export function createCommandApp(settings: Settings, log: Logger): CommandApp {
  const documents = openDocuments(settings);
  const { gate: pause } = openPause(documents, log, () => theServiceClock.now());
  const accounts = openAccounts(settings, log);
  const queues = openQueues(settings);
  const ledger = createLedger({ documents, log, now: () => theServiceClock.now() });
  const reconciliation = createReconciliation(settings, log, { accounts, queues, documents, pause });
  const { reconciler } = reconciliation;
  return {
    reconciliation,
    showKey: createShowKey(settings, { accounts, queues, documents, reconciler }),
    deadLetters: createDeadLetters(settings, log, { accounts, queues, documents, unprotected: ledger }),
    unprotected: createUnprotected(settings, log, { accounts, queues, documents, ledger, reconciler, pause }),
    statusService: createStatusService(settings, log, { queues, documents }),
    stop: queues.close,
  };
}
