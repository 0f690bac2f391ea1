import { basename } from 'node:path';
import { Readable } from 'node:stream';

import { StorageError } from './azurite.ts';
import type { ExtentStore } from './azurite-model.ts';
import { type DiskObstacle, diskFullMessage, isNoRoom } from './disk-obstacle.ts';

/**
 * Lets a write that the disk does not take fail at once and harm no other. Azurite leaves the rest of its body unread,
 * so that a client that is still sending hangs; and when it cannot open the file of an extent, it never uses that extent
 * again, and in the end writes two bodies to the same place of another one.
 */
export function surviveDiskErrors(extents: ExtentStore, obstacle: DiskObstacle): void {
  const appendExtent = extents.appendExtent.bind(extents);
  extents.appendExtent = async (data, requestId = '') => {
    try {
      const extent = await appendExtent(data, requestId);
      if (extent.count > 0) obstacle.succeeded('content');
      return extent;
    } catch (error) {
      discard(data);
      if (!isSystemError(error)) throw error;
      if (error.syscall === 'open') giveBack(extents, error.path ?? '');
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

function giveBack({ activeWriteExtents = [] }: ExtentStore, path: string): void {
  const extent = activeWriteExtents.find(({ id }) => id === basename(path));
  if (extent !== undefined) extent.appendStatus = idle;
}

/** Azurite's name for an extent that nothing is appended to just now. */
const idle = 0;

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
