import { setTimeout as sleep } from 'node:timers/promises';
import type { Reconciler } from '../wiring/create-reconciliation.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

const ASK_EVERY_MS = 2000;

/**
 * Begins a full sync when a worker starts, to find changes that were lost while none ran. A run that is under way may have
 * compared those keys before they were lost, so it waits for its end. The only worker cancels that run instead: a crash of
 * the embedded environment may have lost its messages.
 */
export async function beginRun(
  reconciler: Pick<Reconciler, 'start' | 'cancel'>,
  log: Logger,
  { isAlone, stopped }: { readonly isAlone: boolean; readonly stopped: AbortSignal },
): Promise<void> {
  let logged: string | undefined;
  while (!stopped.aborted) {
    try {
      const begun = await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'start' });
      if ('started' in begun) {
        log.info('a full sync has begun', { run: begun.started.id });
        return;
      }
      if (isAlone && (await reconciler.cancel(begun.running))) continue;
      if (logged !== begun.running)
        log.info('a full sync waits until another has ended', { run: begun.running });
      logged = begun.running;
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      log.error('a full sync could not begin', { error });
      if (error.disposition !== 'retry') return;
    }
    await sleep(ASK_EVERY_MS, undefined, { ref: false });
  }
}
