import { pickOne } from './choices.ts';
import type { World } from './world.ts';

/** Something that can happen next. */
export interface Move {
  /** Its weight against the others. */
  readonly weight: number;
  readonly act: () => void;
}

/**
 * What can happen next if nothing fails, the simplest first. Empty: the history has ended. A delayed message
 * may come at any time, except one that waits for the longest request: it comes after all writes that were
 * under way when it was sent.
 */
export function moves(world: World): Move[] {
  const { choices, tell, queue, network, workers, left } = world;
  const possible: Move[] = [];
  function offer<Item>(weight: number, items: readonly Item[], act: (item: Item) => void): void {
    if (items.length > 0) possible.push({ weight, act: () => act(pickOne(choices, items)) });
  }

  offer(6, network.pending, (call) => network.answer(call));
  // Mostly the latest call: the others then wait while much happens around them.
  offer(12, network.pending.slice(-1), (call) => network.answer(call));

  const free = queue.ready.size === 0 ? [] : workers.filter((worker) => worker.isFree);
  offer(8, free, (worker) => {
    const message = pickOne(choices, [...queue.ready]);
    tell?.('the queue', `hands ${message.messageId} to ${worker.name}`);
    worker.deliver(message);
  });

  if (left.acts > 0) {
    const act = (): void => {
      left.acts--;
      world.user.act();
    };
    possible.push({ weight: 6, act });
  }

  if (queue.scheduled.size > 0) {
    const due = [...queue.scheduled].filter((message) => network.isDue(message));
    offer(3, due, (message) => {
      tell?.('the queue', `lets ${message.messageId} in: its delay is over`);
      world.pass(message.delayMs);
      queue.enqueue(message);
    });
  }

  if (queue.locks.size > 0) {
    const orphans = [...queue.locks].filter((lock) => !workers.some(({ handling }) => handling.has(lock)));
    offer(2, orphans, (lock) => {
      tell?.('the queue', `has ${lock.message.messageId} again: its lock has expired`);
      queue.release(lock);
    });
  }

  if (queue.ready.size > 0) {
    const expiring = [...queue.ready].filter(({ expires }) => expires);
    offer(2, expiring, (message) => {
      tell?.('the queue', `moves ${message.messageId} to the dead-letter queue`);
      queue.expire(message);
    });
  }

  if (left.retries > 0)
    offer(2, workers, (worker) => {
      left.retries--;
      tell?.(worker.name, 'checks what is on record');
      worker.retry();
    });

  // Unlikely, so that it mostly happens after all clients have given it up.
  offer(1, network.late, (call) => network.finishLate(call, choices.draw(4) < 3));
  return possible;
}
