import { createReconciliation, type Reconciler } from '../../app/create-reconciliation.js';
import { readSettings } from '../../config/settings.js';
import { createLogger } from '../../telemetry/create-logger.js';
import { environmentOf } from '../environment-of.js';
import type { LocalOption } from '../local-option.js';

/** The reconciler of a command: it asks the state store and the queue themselves, and needs no app to listen. */
export async function withReconciler<Result>(
  options: LocalOption,
  use: (reconciler: Reconciler, isPaused: () => Promise<boolean>) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(await environmentOf(options));
  // What goes wrong is told of by the command itself.
  const reconciliation = createReconciliation(settings, createLogger('silent'));
  try {
    return await use(reconciliation.reconciler, async () => await reconciliation.isPaused());
  } finally {
    await reconciliation.stop();
  }
}
