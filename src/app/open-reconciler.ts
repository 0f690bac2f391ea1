import type { ServiceBusClient } from '@azure/service-bus';
import { createAzureDocuments } from '../azure/azure-documents.js';
import { createAzureShardQueue } from '../azure/azure-shard-queue.js';
import type { Settings } from '../config/settings.js';
import { compareSlice } from '../reconcile/compare/compare-slice.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import { createReconciler } from '../reconcile/runs/create-reconciler.js';
import type { Logger } from '../telemetry/logger.js';
import { connectStorage } from './connect-storage.js';
import type { OpenAccounts } from './open-accounts.js';

/** What a reconciler is made of. */
export interface ReconcilerParts {
  readonly settings: Settings;
  /** Sides to list, and the heart that converges. */
  readonly accounts: OpenAccounts;
  readonly serviceBus: ServiceBusClient;
  readonly log: Logger;
}

export function openReconciler({ settings, accounts, serviceBus, log }: ReconcilerParts): Reconciler {
  const { source, backup, scope } = accounts;
  const { connection, container } = settings.state;
  const { queue, budgetMs, deleteGuard } = settings.reconcile;
  return createReconciler({
    source,
    backup,
    scope,
    deletes: settings.policy.deletes,
    guard: { share: deleteGuard.percent / 100, number: deleteGuard.count },
    budgetMs,
    documents: createAzureDocuments(connectStorage(connection), container),
    queue: createAzureShardQueue(serviceBus.createSender(queue)),
    converge: async (key) => await (await accounts.heart()).converge(key),
    compareSlice: async (shard, context) => {
      const { converge, copyListed } = await accounts.heart();
      return await compareSlice({ ...(await accounts.sides()), converge, copyListed }, shard, context);
    },
    log,
  });
}
