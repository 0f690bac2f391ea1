import { setTimeout as sleep } from 'node:timers/promises';
import type { Reconciler } from '../wiring/create-reconciliation.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

const ASK_EVERY_MS = 2000;

/**
 * Begins a full sync when a worker starts, for what was lost while nobody worked. One that is still under way may have
 * passed by what was lost since, so its end is waited for; a worker that is alone ends it instead, since a crash of the
 * embedded environment may have taken its last messages.
 */
export async function beginRun(
  reconciler: Pick<Reconciler, 'start' | 'cancel'>,
  log: Logger,
  { isAlone, stopped }: { readonly isAlone: boolean; readonly stopped: AbortSignal },
): Promise<void> {
  let toldOf: string | undefined;
  while (!stopped.aborted) {
    try {
      const begun = await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'start' });
      if ('started' in begun) {
        log.info('a full sync has begun', { run: begun.started.id });
        return;
      }
      if (isAlone && (await reconciler.cancel(begun.running))) continue;
      if (toldOf !== begun.running)
        log.info('a full sync waits for the end of another', { run: begun.running });
      toldOf = begun.running;
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      log.error('a full sync could not begin', { error });
      if (error.disposition !== 'retry') return;
    }
    await sleep(ASK_EVERY_MS, undefined, { ref: false });
  }
}
