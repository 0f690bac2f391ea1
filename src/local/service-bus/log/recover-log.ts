import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { QueueRecord } from '../queue/queue-record.ts';
import { decodeRecord } from './record-codec.ts';
import { FrameReader } from './record-framing.ts';

export interface Recovery {
  readonly records: number;
  /** What the whole records take from the start on, and what stood after the last of them: 0 after a clean stop. */
  readonly validBytes: number;
  readonly tornBytes: number;
}

/** Hands over every whole record of a log in order. A log that does not exist is an empty one; a file that
 * is no log is an error, and stays as it is. */
export async function recoverLog(path: string, replay: (record: QueueRecord) => void): Promise<Recovery> {
  const size = await sizeOf(path);
  if (size === 0) return { records: 0, validBytes: 0, tornBytes: 0 };
  const reader = new FrameReader();
  let records = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a log is read as bytes');
    for (const payload of reader.read(chunk)) {
      replay(decodeRecord(payload));
      records++;
    }
  }
  // A log starts with a snapshot that was whole before it got its name, so this is some other file.
  if (records === 0) throw new Error(`${path} is not a queue log, or its first record is damaged`);
  return { records, validBytes: reader.validBytes, tornBytes: size - reader.validBytes };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
