import { statfsSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ExtentStore } from '../../azurite/azurite-model.ts';
import { StorageError } from '../../azurite/azurite.ts';

export interface DiskReports {
  /** Called once when the disk stops taking what is written; the message says what and where. Must not throw. */
  readonly onDiskError: (error: Error) => void;
  /** Called once when it takes it again. Must not throw. */
  readonly onDiskFree: () => void;
}

type WrittenPart = 'content' | 'metadata';

/** What a full disk, a quota and a limit on the size of files are called. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * What keeps a data directory from being written, such as a full disk. It is told once, however many writes meet it, and
 * once when it is gone. While the metadata cannot be saved, no request may change any: what was acknowledged before is
 * in memory and is saved as soon as there is room, and nothing more is acknowledged that is on no disk.
 */
export class DiskWriteState {
  readonly #directory: string;
  readonly #reports: DiskReports;
  readonly #met = new Set<WrittenPart>();
  /** Bytes that were free when content found no room. */
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
    // Something small finds a place on a full disk as well, and is no end of it.
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

/** Bytes that a disk has to have again before it counts as one with room. */
const ROOM_AFTER_FULL_BYTES = 16 * 1024 * 1024;

/** Loki wraps the error and keeps nothing but its text. */
function isNoRoom(cause: unknown): boolean {
  return cause instanceof Error && noRoom.some((code) => cause.message.includes(code));
}

const diskFullMessage =
  'The server is busy: the disk of the local storage takes no more. Please retry the request.';

/** Refuses what would change anything while that cannot be saved, as a service that is busy does: it may be retried. */
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
  // A client may read no answer before all of its body was taken.
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
 * Lets a write that the disk does not take fail at once and harm no other. Azurite leaves the rest of its body unread,
 * so that a client that is still sending hangs; and when it cannot open the file of an extent, it never uses that extent
 * again, and in the end writes two bodies to the same place of another one.
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
  // They would go on to fill the buffer of a stream that writes no more.
  data.removeAllListeners('data');
  data.on('error', () => {});
  data.resume();
}

function markExtentIdle({ activeWriteExtents = [] }: ExtentStore, path: string): void {
  const extent = activeWriteExtents.find(({ id }) => id === basename(path));
  if (extent !== undefined) extent.appendStatus = idle;
}

/** Azurite's name for an extent that nothing is appended to just now. */
const idle = 0;

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
