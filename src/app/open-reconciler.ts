import type { ServiceBusClient } from '@azure/service-bus';
import { createAzureDocuments } from '../azure/azure-documents.js';
import { createAzureShardQueue } from '../azure/azure-shard-queue.js';
import type { Settings } from '../config/settings.js';
import { insistOnShardQueue } from '../ports/insist-on-shard-queue.js';
import { compareSlice } from '../reconcile/compare/compare-slice.js';
import type { Reconciler } from '../reconcile/reconciler.js';
import { createReconciler } from '../reconcile/runs/create-reconciler.js';
import type { Logger } from '../telemetry/logger.js';
import { connectStorage } from './connect-storage.js';
import type { OpenAccounts } from './open-accounts.js';

interface Opening {
  readonly settings: Settings;
  readonly accounts: OpenAccounts;
  readonly serviceBus: ServiceBusClient;
  readonly log: Logger;
}

/** The reconciler on Azure: runs in the state's container, shards on the queue, keys converged by the mirror's own heart. */
export function openReconciler({ settings, accounts, serviceBus, log }: Opening): Reconciler {
  const { reconcile, state, policy } = settings;
  return createReconciler({
    source: accounts.source,
    backup: accounts.backup,
    scope: accounts.scope,
    deletes: policy.deletes,
    guard: { share: reconcile.deleteGuard.percent / 100, number: reconcile.deleteGuard.count },
    compareSlice: async (shard, context) =>
      await compareSlice({ ...(await accounts.sides()), ...(await accounts.heart()) }, shard, context),
    converge: async (key) => await (await accounts.heart()).converge(key),
    documents: createAzureDocuments(connectStorage(state.connection), state.container),
    queue: insistOnShardQueue(createAzureShardQueue(serviceBus.createSender(reconcile.queue))),
    budgetMs: reconcile.budgetMs,
    log,
  });
}
