import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';

export interface WorkerPool {
  /** Resolves when the work has begun. @throws BlobmirrorError what earlier work failed with */
  start(work: () => Promise<void>): Promise<void>;
  /** Resolves when all that was begun is over. @throws BlobmirrorError what any of it failed with */
  finish(): Promise<void>;
}

/** Does at most `size` pieces of work at a time, so that who hands it out is held up, and holds nothing itself. */
export function createWorkerPool(size: number): WorkerPool {
  let free = size;
  let failure: BlobmirrorError | undefined;
  let wake = (): void => {};

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => (wake = resolve));
    if (failure !== undefined) throw failure;
  }

  async function carryOut(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      failure ??= toBlobmirrorError(error);
    } finally {
      free++;
      wake();
    }
  }

  return {
    start: async (work) => {
      await until(() => free > 0 || failure !== undefined);
      free--;
      void carryOut(work);
    },
    finish: async () => await until(() => free === size),
  };
}
