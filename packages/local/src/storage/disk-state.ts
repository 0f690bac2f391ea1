import { statfsSync } from 'node:fs';
import { type StoreError, isStoreError } from '../store/store-error.ts';
import type { Store } from '../store/open-store.ts';

export interface DiskReports {
  /** Called once when the data cannot be written, or is damaged; the message says what and where. Must not throw. */
  readonly onDiskError: (error: Error) => void;
  /** Called once when it is written again. Must not throw. */
  readonly onDiskFree: () => void;
}

/** Without a failure, after a write that succeeded, a disk counts as written again. */
const QUIET_MS = 1000;
/** Free bytes above which a disk counts as having room again. */
const ROOM_AFTER_FULL_BYTES = 16 * 1024 * 1024;

/**
 * Reports when a folder cannot be written, once, and when it can again. Each write tries: one that fails changes nothing,
 * and the others go on.
 */
export class DiskState {
  readonly #folder: string;
  readonly #reports: DiskReports;
  readonly #failing = new Set<StoreError['code']>();
  /** Free bytes when a write found no room. */
  #free = Infinity;
  /** Runs since a write succeeded after the last failure. */
  #quiet: NodeJS.Timeout | undefined;

  constructor(folder: string, reports: DiskReports) {
    this.#folder = folder;
    this.#reports = reports;
  }

  /** Notices the writes of a store that succeed; it tells of the others itself. */
  watch(store: Store): Store {
    return {
      ...store,
      write: (change) => {
        const result = store.write(change);
        if (this.#failing.size > 0) this.#quiet ??= setTimeout(() => this.#recover(), QUIET_MS).unref();
        return result;
      },
    };
  }

  /** Any other error than one of the store is somebody else's. */
  failed(error: unknown): void {
    if (!isStoreError(error)) return;
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    const isKnown = this.#failing.size > 0 && error.code !== 'damaged';
    if (isKnown || this.#failing.has(error.code)) return;
    this.#failing.add(error.code);
    if (error.code === 'damaged') return this.#reports.onDiskError(error);
    this.#free = this.#bytesFree();
    const room = Number.isFinite(this.#free) ? `${this.#free} bytes free: ` : '';
    this.#reports.onDiskError(new Error(`${room}${error.message}`, { cause: error }));
  }

  /** A small write may fit on a full disk too, so a success alone does not prove that there is room. */
  #recover(): void {
    this.#quiet = undefined;
    const isFull =
      this.#free < ROOM_AFTER_FULL_BYTES && this.#bytesFree() < this.#free + ROOM_AFTER_FULL_BYTES;
    if (isFull || this.#failing.has('damaged')) return;
    this.#failing.clear();
    this.#reports.onDiskFree();
  }

  #bytesFree(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      return bavail * bsize;
    } catch {
      return Infinity;
    }
  }
}
