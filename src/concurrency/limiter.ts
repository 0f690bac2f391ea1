/** Runs at most `size` pieces of work at a time; the rest wait in the order in which they came. */
export function createLimiter(size: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

/**
 * Works items off, so many at a time, in order of their start. A lane ends when its work returns false, and takes no
 * next item once `isOver()`; the first item of a lane is always begun, so that a call never does nothing. After an
 * error no item is begun, and the error is thrown when all lanes have ended.
 */
export async function forEachLimited<Item>(
  items: Iterable<Item>,
  lanes: number,
  isOver: () => boolean,
  work: (item: Item, lane: number) => Promise<boolean>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let stopped = false;

  async function runLane(lane: number): Promise<void> {
    try {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        if (!(await work(next.value, lane))) stopped = true;
        if (stopped || isOver()) return;
      }
    } catch (error) {
      stopped = true;
      throw error;
    }
  }

  const ends = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
