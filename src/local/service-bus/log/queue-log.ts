import { open, rename, type FileHandle } from 'node:fs/promises';
import type { QueueRecord } from '../queue/queue-record.js';
import type { Journal } from './journal.js';
import { encodeRecord } from './record-codec.js';
import { frame } from './record-framing.js';

/** A log below this size is not worth rewriting. */
const SMALL_LOG_BYTES = 4 * 1024 * 1024;

/** How many records of a snapshot are encoded at a time. */
const SNAPSHOT_BATCH = 1_000;

/**
 * The append-only log of one queue.
 *
 * `flushed` resolves once the operating system has the record: it survives the death of the process at any instant
 * (SIGKILL included), not a power cut. There is no fsync per record, which would cost every event a disk turn; the
 * rewritten log is synced before it takes the old one's place. Records appended while a write is under way go out
 * together in the next one.
 *
 * The log is written anew as a snapshot when it is opened, and again when it has more than doubled since, so it
 * stays within a small factor of what it describes. A write that fails makes the log fail for good, and with it
 * every later send: an acknowledgement must not stand on a record that is not there.
 */
export class QueueLog implements Journal {
  readonly #path: string;
  readonly #snapshot: () => QueueRecord[];
  #file: FileHandle | undefined;
  #pending: Buffer[] = [];
  #bytes = 0;
  #rewriteAt = 0;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(path: string, snapshot: () => QueueRecord[]) {
    this.#path = path;
    this.#snapshot = snapshot;
  }

  /** `snapshot` gives the records that make up the queue as it is when called. */
  static async open(path: string, snapshot: () => QueueRecord[]): Promise<QueueLog> {
    const log = new QueueLog(path, snapshot);
    await log.#rewrite();
    return log;
  }

  append(record: QueueRecord): void {
    this.#pending.push(frame(encodeRecord(record)));
    if (this.#next !== undefined) return;
    this.#next = this.#current.then(() => this.#write());
    // Whoever waits for the record hears of a failure; without anyone waiting it must not end the process.
    this.#next.catch(() => undefined);
  }

  flushed(): Promise<void> {
    return this.#next ?? this.#current;
  }

  async close(): Promise<void> {
    try {
      await this.flushed();
    } finally {
      await this.#file?.close();
    }
  }

  async #write(): Promise<void> {
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    const frames = this.#pending;
    this.#pending = [];
    // A snapshot holds what these records say: the queue had changed before they were appended.
    if (this.#bytes > this.#rewriteAt) return this.#rewrite();
    const bytes = Buffer.concat(frames);
    await this.#file?.appendFile(bytes);
    this.#bytes += bytes.length;
  }

  async #rewrite(): Promise<void> {
    const records = this.#snapshot();
    const path = `${this.#path}.new`;
    const file = await open(path, 'w');
    let bytes = 0;
    for (let i = 0; i < records.length; i += SNAPSHOT_BATCH) {
      const batch = Buffer.concat(
        records.slice(i, i + SNAPSHOT_BATCH).map((record) => frame(encodeRecord(record))),
      );
      await file.appendFile(batch);
      bytes += batch.length;
    }
    await file.sync();
    await rename(path, this.#path);
    await this.#file?.close();
    this.#file = file;
    this.#bytes = bytes;
    this.#rewriteAt = Math.max(SMALL_LOG_BYTES, 2 * bytes);
  }
}
