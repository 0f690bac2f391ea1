import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { LocalLogger } from '../../logger.ts';
import type { QueueRecord } from '../queue/queue-state.ts';
import { type Journal, JournalError } from './journal.ts';
import { encodeRecord, frame } from './log-records.ts';

/** Logs below this size are not rewritten. */
const SMALL_LOG_BYTES = 4 * 1024 * 1024;

/** Records of a snapshot that are encoded at a time. */
const SNAPSHOT_BATCH = 1_000;

/** Delay before a failed write is retried. */
const RETRY_MS = 1_000;

/** The error codes of a full disk, a quota and a file size limit. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** As in node:fs/promises; tests pass files that fail. */
export type OpenFile = (
  path: string,
  flags: 'w' | 'r+',
) => Promise<Pick<FileHandle, 'write' | 'sync' | 'truncate' | 'close'>>;

export interface QueueLogOptions {
  readonly path: string;
  /** The records that make up the queue at the time of the call. */
  readonly snapshot: () => QueueRecord[];
  /** The length of an existing log's whole records; 0 when there is no log. */
  readonly validBytes: number;
  readonly log: LocalLogger | undefined;
  readonly openFile?: OpenFile;
}

/**
 * The append-only log of one queue.
 *
 * `flushed` resolves once the operating system has the record: it survives the death of the process at any
 * instant (SIGKILL included), not a power cut. There is no fsync per record, since each event would wait for
 * the disk; the rewritten log is synced before it replaces the old one. Records appended during a write are
 * written together in the next one.
 *
 * The log is rewritten as a snapshot when it is opened, and again when its size has more than doubled since,
 * so that its size stays within a small factor of the queue's. When there is no room for a snapshot, the old
 * log is kept.
 *
 * A failed write rejects for all who wait for it, since nothing may be acknowledged without its record. Its
 * records are kept and retried, over whatever the failed write left, until they are written; meanwhile
 * `obstacle` gives the reason. A process that ends before leaves a torn end, which the next one cuts off.
 */
export class QueueLog implements Journal {
  readonly #path: string;
  readonly #snapshot: () => QueueRecord[];
  readonly #log: LocalLogger | undefined;
  readonly #openFile: OpenFile;
  #file: Awaited<ReturnType<OpenFile>> | undefined;
  #pending: Buffer[] = [];
  #bytes = 0;
  #rewriteAt = 0;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #writeError: JournalError | undefined;
  #retry: NodeJS.Timeout | undefined;

  private constructor({ path, snapshot, log, openFile = open }: QueueLogOptions) {
    this.#path = path;
    this.#snapshot = snapshot;
    this.#log = log;
    this.#openFile = openFile;
  }

  /** Rejects with a JournalError when there is no room even for an empty queue's log. */
  static async open(options: QueueLogOptions): Promise<QueueLog> {
    const log = new QueueLog(options);
    try {
      await log.#rewrite();
    } catch (error) {
      if (options.validBytes === 0) throw log.#errorOf(error);
      await log.#continueOld(options.validBytes);
      log.#logWriteFailure(error);
    }
    return log;
  }

  append(record: QueueRecord): void {
    this.#pending.push(frame(encodeRecord(record)));
    if (this.#writeError === undefined) this.#schedule();
  }

  flushed(): Promise<void> {
    if (this.#writeError !== undefined && this.#pending.length > 0) return Promise.reject(this.#writeError);
    return this.#next ?? this.#current;
  }

  writeError(): JournalError | undefined {
    return this.#writeError;
  }

  /** Writes what is left once more. Rejects when it cannot be written: none of it was acknowledged. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      if (this.#writeError !== undefined) this.#schedule();
      await (this.#next ?? this.#current);
    } finally {
      clearTimeout(this.#retry);
      await this.#file?.close();
    }
  }

  #schedule(): void {
    if (this.#next !== undefined) return;
    this.#next = this.#current.catch(() => undefined).then(() => this.#write());
    // Callers that wait for the record get the failure; without any, it must not end the process.
    this.#next.catch(() => undefined);
  }

  async #write(): Promise<void> {
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    const frames = this.#pending;
    this.#pending = [];
    try {
      await this.#writeFrames(frames);
    } catch (error) {
      this.#pending = [...frames, ...this.#pending];
      throw this.#fail(error);
    }
    if (this.#writeError === undefined) return;
    this.#writeError = undefined;
    this.#log?.warn('the queue log is written again', { path: this.#path });
    if (this.#pending.length > 0) this.#schedule();
  }

  async #writeFrames(frames: readonly Buffer[]): Promise<void> {
    // A snapshot includes these records: the queue had changed before they were appended.
    if (this.#bytes > this.#rewriteAt) {
      try {
        await this.#rewrite();
        return;
      } catch (error) {
        if (this.#writeError === undefined) this.#logWriteFailure(error);
        this.#rewriteAt = this.#bytes + SMALL_LOG_BYTES;
      }
    }
    const bytes = Buffer.concat(frames);
    await writeAt(this.#file, bytes, this.#bytes);
    this.#bytes += bytes.length;
  }

  async #rewrite(): Promise<void> {
    const records = this.#snapshot();
    const path = `${this.#path}.new`;
    const file = await this.#openFile(path, 'w');
    let bytes = 0;
    try {
      for (let i = 0; i < records.length; i += SNAPSHOT_BATCH) {
        const batch = Buffer.concat(
          records.slice(i, i + SNAPSHOT_BATCH).map((record) => frame(encodeRecord(record))),
        );
        await writeAt(file, batch, bytes);
        bytes += batch.length;
      }
      await file.sync();
      await this.#replaceBy(path);
    } catch (error) {
      // A partial snapshot takes the room that the log needs.
      await file.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    this.#bytes = bytes;
    this.#rewriteAt = Math.max(SMALL_LOG_BYTES, 2 * bytes);
    // The file has no name any more, so nothing may be written to it, whatever its state.
    await old?.close().catch(() => undefined);
  }

  /** Windows cannot replace an open file: there the old one is closed first, and reopened when it is kept. */
  async #replaceBy(path: string): Promise<void> {
    if (process.platform !== 'win32') {
      await rename(path, this.#path);
      return;
    }
    await this.#file?.close();
    try {
      await rename(path, this.#path);
    } catch (error) {
      if (this.#file !== undefined) this.#file = await this.#openFile(this.#path, 'r+');
      throw error;
    }
  }

  async #continueOld(validBytes: number): Promise<void> {
    this.#file = await this.#openFile(this.#path, 'r+');
    await this.#file.truncate(validBytes);
    this.#bytes = validBytes;
    this.#rewriteAt = validBytes + SMALL_LOG_BYTES;
  }

  /** Logs an obstacle once, however often it occurs. */
  #fail(cause: unknown): JournalError {
    const error = this.#errorOf(cause);
    if (this.#writeError === undefined) {
      this.#log?.error('the queue log cannot be written: its queue takes no messages until it can', {
        path: this.#path,
        detail: error.message,
      });
    }
    this.#writeError = error;
    this.#retry = setTimeout(() => this.#schedule(), RETRY_MS);
    this.#retry.unref();
    return error;
  }

  #logWriteFailure(cause: unknown): void {
    this.#log?.warn('the queue log could not be shortened and grows on', {
      path: this.#path,
      detail: this.#errorOf(cause).message,
    });
  }

  #errorOf(cause: unknown): JournalError {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    const reason = code !== undefined && NO_ROOM.has(code) ? `the disk has no room (${code})` : String(cause);
    return new JournalError(`${reason}: ${this.#path}`, { cause });
  }
}

/** Writes all of the bytes at that position, over the remains of an earlier attempt. */
async function writeAt(
  file: Awaited<ReturnType<OpenFile>> | undefined,
  bytes: Buffer,
  position: number,
): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = (await file?.write(
      bytes,
      written,
      bytes.length - written,
      position + written,
    )) ?? {
      bytesWritten: bytes.length,
    };
    written += bytesWritten;
  }
}
