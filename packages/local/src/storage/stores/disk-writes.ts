import { statfsSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ExtentStore } from '../../azurite/azurite-model.ts';
import { StorageError } from '../../azurite/azurite.ts';

export interface DiskReports {
  /** Called once when the disk cannot be written; the message says what and where. Must not throw. */
  readonly onDiskError: (error: Error) => void;
  /** Called once when it is writable again. Must not throw. */
  readonly onDiskFree: () => void;
}

type WrittenPart = 'content' | 'metadata';

/** The error codes of a full disk, a quota and a file size limit. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * Why a data directory cannot be written, for example a full disk. Reported once, however many writes fail,
 * and once when it is over. While the metadata cannot be saved, every change is refused: earlier acknowledged
 * changes are in memory and are saved as soon as there is room, and nothing is acknowledged that is not on a
 * disk.
 */
export class DiskWriteState {
  readonly #directory: string;
  readonly #reports: DiskReports;
  readonly #met = new Set<WrittenPart>();
  /** Free bytes at the time when content found no room. */
  #free = Infinity;

  constructor(directory: string, reports: DiskReports) {
    this.#directory = directory;
    this.#reports = reports;
  }

  get refusesWrites(): boolean {
    return this.#met.has('metadata');
  }

  failed(written: WrittenPart, cause: unknown): void {
    const isFirst = this.#met.size === 0;
    this.#met.add(written);
    if (!isFirst) return;
    this.#free = isNoRoom(cause) ? this.#bytesFree() : Infinity;
    const room = isNoRoom(cause) ? `no room on the disk, ${this.#free} bytes free: ` : '';
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.#reports.onDiskError(new Error(`${room}${this.#directory} (${detail})`, { cause }));
  }

  succeeded(written: WrittenPart): void {
    if (!this.#met.has(written)) return;
    // A small write may fit on a full disk too, so it does not prove that there is room.
    const isStillFull =
      this.#free < ROOM_AFTER_FULL_BYTES && this.#bytesFree() < this.#free + ROOM_AFTER_FULL_BYTES;
    if (written === 'content' && isStillFull) return;
    this.#met.delete(written);
    if (this.#met.size === 0) this.#reports.onDiskFree();
  }

  #bytesFree(): number {
    try {
      const { bavail, bsize } = statfsSync(this.#directory);
      return bavail * bsize;
    } catch {
      return Infinity;
    }
  }
}

/** Free bytes above which a disk counts as having room again. */
const ROOM_AFTER_FULL_BYTES = 16 * 1024 * 1024;

/** Loki wraps the error and keeps only its text. */
function isNoRoom(cause: unknown): boolean {
  return cause instanceof Error && noRoom.some((code) => cause.message.includes(code));
}

const diskFullMessage =
  'The server is busy: the disk of the local storage takes no more. Please retry the request.';

/** Refuses changes while they cannot be saved, with the answer of a busy service: clients may retry it. */
export function refuseWritesWhileDiskFails(
  listener: RequestListener,
  obstacle: DiskWriteState | undefined,
): RequestListener {
  return (request, response) => {
    const isRead = ['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '');
    if (isRead || obstacle?.refusesWrites !== true) listener(request, response);
    else answerBusy(request, response);
  };
}

function answerBusy(request: IncomingMessage, response: ServerResponse): void {
  // A client may not read the answer before its whole body was read.
  request.resume();
  const isJson = request.headers.accept?.includes('json') === true;
  response.writeHead(503, {
    'x-ms-error-code': 'ServerBusy',
    'content-type': isJson ? 'application/json' : 'application/xml',
  });
  response.end(
    isJson
      ? JSON.stringify({ error: { code: 'ServerBusy', message: diskFullMessage } })
      : `<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>${diskFullMessage}</Message></Error>`,
  );
}

/**
 * Makes a write that the disk refuses fail at once, without effect on others. Azurite does not read the rest
 * of its body, so that a client that is still sending hangs; and when it cannot open the file of an extent,
 * it never uses that extent again, and later writes two bodies to the same place of another one.
 */
export function failDiskWritesCleanly(extents: ExtentStore, obstacle: DiskWriteState): void {
  const appendExtent = extents.appendExtent.bind(extents);
  extents.appendExtent = async (data, requestId = '') => {
    try {
      const extent = await appendExtent(data, requestId);
      if (extent.count > 0) obstacle.succeeded('content');
      return extent;
    } catch (error) {
      discard(data);
      if (!isSystemError(error)) throw error;
      if (error.syscall === 'open') markExtentIdle(extents, error.path ?? '');
      obstacle.failed('content', error);
      if (!isNoRoom(error)) throw error;
      throw new StorageError(503, 'ServerBusy', diskFullMessage, requestId);
    }
  };
}

function discard(data: Readable | Buffer): void {
  if (!(data instanceof Readable)) return;
  // They would otherwise fill the buffer of a stream that no longer writes.
  data.removeAllListeners('data');
  data.on('error', () => {});
  data.resume();
}

function markExtentIdle({ activeWriteExtents = [] }: ExtentStore, path: string): void {
  const extent = activeWriteExtents.find(({ id }) => id === basename(path));
  if (extent !== undefined) extent.appendStatus = idle;
}

/** Azurite's state of an extent that is not being appended to. */
const idle = 0;

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
