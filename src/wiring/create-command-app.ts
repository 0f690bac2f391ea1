import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import type { ShownKey } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type DeadLetters, createDeadLetters } from './create-dead-letters.ts';
import { type Reconciliation, createReconciliation } from './create-reconciliation.ts';
import { createShowKey } from './create-show-key.ts';
import { type StatusService, createStatusService } from './create-status-service.ts';
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
  readonly stop: () => Promise<void>;
}

/** The same parts as `createApp`, but for a process that handles no messages and registers no mirror. */
export function createCommandApp(settings: Settings, log: Logger): CommandApp {
  const documents = openDocuments(settings);
  const { gate: pause } = openPause(documents, log, () => theServiceClock.now());
  const accounts = openAccounts(settings, log);
  const queues = openQueues(settings);
  const reconciliation = createReconciliation(settings, log, { accounts, queues, documents, pause });
  return {
    reconciliation,
    showKey: createShowKey(settings, { accounts, queues, reconciler: reconciliation.reconciler }),
    deadLetters: createDeadLetters(settings, log, { accounts, queues, documents }),
    statusService: createStatusService(settings, log, { queues, documents }),
    stop: queues.close,
  };
}
