import { isWrite } from './call.ts';
import { pickOne } from './choices.ts';
import type { Move } from './moves.ts';
import type { World } from './world.ts';

/**
 * What can fail next: a request, a whole worker, a lock.
 *
 * A worker that has lost a lock meets no further fault. It may continue with the message that another worker
 * has by now, for any time; but if its late write were then also lost unseen, longer after the other's work
 * than any request lasts, this system would only recover by a full sync.
 */
export function faults(world: World): Move[] {
  const { choices, tell, queue, network, workers, left } = world;
  const possible: Move[] = [];
  function offer<Item>(weight: number, items: readonly Item[], act: (item: Item) => void): void {
    if (items.length === 0) return;
    const once = (): void => {
      left.faults--;
      act(pickOne(choices, items));
    };
    possible.push({ weight, act: once });
  }

  const calls = network.pending.filter(({ life }) => !life.spared);
  offer(2, calls, (call) => network.fail(call, choices));
  offer(2, calls.filter(isWrite), (call) => network.fail(call, choices));
  offer(2, calls, ({ life }) => {
    tell?.(life.worker, 'crashes');
    workers.find((worker) => worker.lives(life))?.crash();
  });

  const locks = workers.flatMap((worker) =>
    [...worker.handling].filter((lock) => queue.locks.has(lock)).map((lock) => ({ lock, worker })),
  );
  offer(2, locks, ({ lock, worker }) => {
    tell?.('the queue', `has ${lock.message.messageId} again: ${worker.name} lost its lock`);
    queue.release(lock);
    worker.spare();
  });
  return possible;
}
