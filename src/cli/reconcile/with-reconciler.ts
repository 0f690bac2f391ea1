import { createReconciliation, type Reconciler } from '../../app/create-reconciliation.ts';
import { readSettings } from '../../config/settings.ts';
import { createLogger } from '../../telemetry/create-logger.ts';
import { environmentOf } from '../environment-of.ts';
import type { LocalOption } from '../local-option.ts';

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
