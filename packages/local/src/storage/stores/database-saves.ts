import type { Database } from '../../azurite/azurite-model.ts';
import type { DiskWriteState } from './disk-writes.ts';

const shortestPauseMs = 500;
/** A save writes everything and blocks the process meanwhile: saves may use at most a tenth of the time. */
const pausePerSave = 9;

/**
 * Saves the metadata as often as its size allows. A crash loses what was acknowledged since the last save.
 * `onSaving` is called when the state to be written is captured; the function that it returns, when it is on
 * disk.
 */
export class DatabaseSaves {
  readonly #database: Database;
  readonly #onSaving: () => () => void;
  readonly #diskState: DiskWriteState;
  /** Loki treats failed writes as written. */
  #isUnsaved = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(database: Database, onSaving: () => () => void, diskState: DiskWriteState) {
    this.#database = database;
    this.#onSaving = onSaving;
    this.#diskState = diskState;
    database.autosaveDisable();
    this.#schedule(shortestPauseMs);
  }

  /** Saves a last time. Rejects when that fails. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#save();
  }

  #schedule(pauseMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#saveAndSchedule();
    }, pauseMs);
    this.#timer.unref();
  }

  async #saveAndSchedule(): Promise<void> {
    const started = performance.now();
    try {
      if (this.#isUnsaved || this.#database.autosaveDirty()) await this.#save();
    } catch (error) {
      this.#diskState.failed('metadata', error);
    }
    this.#schedule(Math.max(shortestPauseMs, pausePerSave * (performance.now() - started)));
  }

  async #save(): Promise<void> {
    // The state is captured within the call; the file is written beside the old one and renamed over it.
    const saved = this.#onSaving();
    this.#isUnsaved = true;
    await new Promise<void>((resolve, reject) => {
      this.#database.saveDatabase((error) => (error ? reject(error) : resolve()));
    });
    this.#isUnsaved = false;
    saved();
    this.#diskState.succeeded('metadata');
  }
}
