import type { ServiceBusClient } from '@azure/service-bus';
import type { Settings } from '../config/settings.js';
import { BlobmirrorError } from '../model/errors.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import type { Logger } from '../telemetry/logger.js';
import type { OpenAccounts } from './open-accounts.js';

/** What a reconciler is made of. */
export interface ReconcilerParts {
  readonly settings: Settings;
  /** Sides to list, and the heart that converges. */
  readonly accounts: OpenAccounts;
  readonly serviceBus: ServiceBusClient;
  readonly log: Logger;
}

/**
 * The seam. Here `createReconciler` is to be given:
 *   the documents   in `settings.state.container` of `connectStorage(settings.state.connection)`
 *   the queue       `serviceBus.createSender(settings.reconcile.queue)`
 *   compareSlice    over `accounts.sides()` and `accounts.heart()`
 *   the limits      `settings.reconcile.budgetMs` and `.deleteGuard`
 */
export function openReconciler(_parts: ReconcilerParts): Reconciler {
  const refuse = async (): Promise<never> =>
    await Promise.reject(new BlobmirrorError('unexpected', 'full syncs are not wired yet'));
  return {
    start: refuse,
    read: refuse,
    list: refuse,
    cancel: refuse,
    report: async function* () {
      yield await refuse();
    },
    handleShard: refuse,
  };
}
