import type { ReconcilerParts } from './reconciler-parts.ts';
import type { SliceName } from './document-names.ts';
import { isDue } from './run-progress.ts';
import type { RunStore } from './run-store.ts';

/** How soon a worker sees that a run was cancelled, in milliseconds. */
const LOOK_EVERY_MS = 3_000;

/**
 * Looks every few seconds whether a slice is still wanted, and aborts the signal when it is not, or when mirroring is
 * paused: then what it has done counts, and the rest is left for later.
 */
export function watchSlice(
  runs: RunStore,
  shard: SliceName,
  { clock, pause }: Pick<ReconcilerParts, 'clock' | 'pause'>,
) {
  const controller = new AbortController();
  let isStopped = false;
  let isUnwanted = false;
  let cancel = wait();
  const unlisten = pause.whenPaused(() => controller.abort());

  function wait(): () => void {
    return clock.after(LOOK_EVERY_MS, () => void look());
  }

  async function look(): Promise<void> {
    const wanted = await isWanted();
    if (isStopped) return;
    if (wanted) cancel = wait();
    else {
      isUnwanted = true;
      controller.abort();
    }
  }

  async function isWanted(): Promise<boolean> {
    try {
      const run = await runs.read(shard.run);
      return run !== undefined && isDue(run, shard);
    } catch {
      // Whoever cannot be asked has said nothing.
      return true;
    }
  }

  return {
    signal: controller.signal,
    isUnwanted: (): boolean => isUnwanted,
    stop: (): void => {
      isStopped = true;
      cancel();
      unlisten();
    },
  };
}
