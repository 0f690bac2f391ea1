import type { Shard } from '../../model/reconcile/shard.js';
import type { Clock } from '../../ports/clock.js';
import { isDue } from './run-progress.js';
import type { RunStore } from './run-store.js';

/** How soon a worker sees that a run was cancelled, in milliseconds. */
const LOOK_EVERY_MS = 3_000;

/** Looks every few seconds whether a slice is still wanted, and aborts the signal when it is not. */
export function watchSlice(runs: RunStore, shard: Shard, clock: Clock) {
  const controller = new AbortController();
  let cancel = clock.after(LOOK_EVERY_MS, look);
  let isStopped = false;

  function look(): void {
    void isWanted().then((wanted) => {
      if (isStopped) return;
      if (wanted) cancel = clock.after(LOOK_EVERY_MS, look);
      else controller.abort();
    });
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
    stop: (): void => {
      isStopped = true;
      cancel();
    },
  };
}
