import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/open-store.ts';
import { toTime } from '../store/times.ts';
import { DAY_MS, type HistoryOptions } from './history-settings.ts';
import { type Stage } from './operations/find.ts';
import { deletionOf } from './operations/keep-history.ts';

/** The clock of the accounts of a storage: the machine's, which tests can put forward. */
export class StorageClock {
  #ahead = 0;

  /** Milliseconds since 1970. */
  readonly now = (): number => Date.now() + this.#ahead;

  advance(ms: number): void {
    this.#ahead += ms;
  }
}

/** Rows that one transaction frees, so that requests are served in between. */
const BATCH = 1000;
/** How often it is seen whether a day is over. */
const LOOK_MS = 3600 * 1000;

/**
 * What the service does by itself, once a day by the storage's clock: the rule that deletes previous versions so many
 * days after they were written, for block and append blobs (learn.microsoft.com/azure/storage/blobs/
 * lifecycle-management-policy-structure), and the removal of what has expired. Raises no events.
 */
export class Lifecycle {
  readonly #stage: Stage;
  readonly #accounts: readonly ({ readonly name: string } & HistoryOptions)[];
  readonly #clock: StorageClock;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #lastRun: number;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** @param onError called when a run by the timer fails, which the next one repeats. Must not throw. */
  constructor(
    stage: Stage,
    accounts: readonly ({ readonly name: string } & HistoryOptions)[],
    clock: StorageClock,
    onError: (error: unknown) => void,
  ) {
    this.#stage = stage;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#onError = onError;
    this.#lastRun = clock.now();
    this.#timer = setInterval(() => this.#runIfDue(), LOOK_MS).unref();
  }

  /** Puts the clock forward, and does on the way what each day brings. */
  async advance(ms: number): Promise<void> {
    let left = ms;
    for (;;) {
      const untilNext = Math.max(0, this.#lastRun + DAY_MS - this.#clock.now());
      if (untilNext > left) break;
      this.#clock.advance(untilNext);
      left -= untilNext;
      await this.#run();
    }
    this.#clock.advance(left);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #runIfDue(): void {
    if (this.#clock.now() < this.#lastRun + DAY_MS) return;
    this.#run().catch(this.#onError);
  }

  #run(): Promise<void> {
    this.#lastRun = this.#clock.now();
    const run = this.#running.then(() => this.#pass());
    this.#running = run.catch(() => {});
    return run;
  }

  async #pass(): Promise<void> {
    const { store } = this.#stage;
    for (const { name, deleteVersionsAfterDays } of this.#accounts)
      if (deleteVersionsAfterDays !== undefined)
        await this.#batches(() => deleteVersions(this.#stage, name, deleteVersionsAfterDays));
    await this.#batches(() => expire(store, this.#clock.now()));
  }

  /** Until a batch is not full. */
  async #batches(batch: () => number): Promise<void> {
    while (!this.#isStopped && batch() >= BATCH) await setImmediate();
  }
}

function deleteVersions(stage: Stage, account: string, days: number): number {
  const { store, history } = stage;
  const deletion = deletionOf(stage, account);
  return store.write(() => {
    const now = history.now();
    const versions = store.former.versionsBefore(account, toTime(now - days * DAY_MS), now, BATCH);
    for (const { id, version } of versions)
      if (deletion === undefined) store.blobs.remove(id);
      else store.former.retire({ id, version, snapshot: '' }, { state: 'deleted', ...deletion });
    return versions.length;
  });
}

function expire(store: Store, now: number): number {
  return store.write(() => {
    for (const container of store.deletedContainers.expired(now)) {
      store.blobs.discard(container.root);
      store.deletedContainers.remove(container, false);
    }
    return store.former.expire(now, BATCH);
  });
}
