import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';

/** Runs at most `size` tasks at a time; the others wait in order of arrival. */
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
 * Works on items in order, `size` at a time. Begins no further item once work has returned false or
 * `isOver()` is true, but always begins `size` items, so that a call makes progress. After an error no item
 * is begun, and the error is thrown when all running work has ended.
 */
export async function forEachLimited<Item>(
  items: Iterable<Item>,
  size: number,
  work: (item: Item, worker: number) => Promise<unknown>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let stopped = false;

  async function run(worker: number): Promise<void> {
    try {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        if ((await work(next.value, worker)) === false) stopped = true;
        if (stopped || isOver()) return;
      }
    } catch (error) {
      stopped = true;
      throw error;
    }
  }

  const ends = await Promise.allSettled(Array.from({ length: size }, async (_, worker) => await run(worker)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export interface WorkerPool {
  /** Resolves when the work has begun. @throws BlobmirrorError the error of earlier work */
  start(work: () => Promise<void>): Promise<void>;
  /** Resolves when all running work has ended. @throws BlobmirrorError the error of any of it */
  finish(): Promise<void>;
}

/**
 * Runs at most `size` tasks at a time without a queue: `start` waits instead. After an error no task is
 * begun.
 */
export function createWorkerPool(size: number): WorkerPool {
  const limit = createLimiter(size);
  const running = new Set<Promise<void>>();
  let failure: BlobmirrorError | undefined;

  async function carryOut(work: () => Promise<void>, begin: () => void): Promise<void> {
    begin();
    if (failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      failure ??= toBlobmirrorError(error);
    }
  }

  return {
    start: async (work) => {
      const begun = Promise.withResolvers<void>();
      const run: Promise<void> = limit(async () => await carryOut(work, begun.resolve)).finally(() =>
        running.delete(run),
      );
      running.add(run);
      await begun.promise;
      if (failure !== undefined) throw failure;
    },
    finish: async () => {
      await Promise.all(running);
      if (failure !== undefined) throw failure;
    },
  };
}
