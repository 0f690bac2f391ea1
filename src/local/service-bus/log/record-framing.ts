import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Length and CRC-32 of what follows, four bytes each, big-endian. */
const HEADER_BYTES = 8;

/** A record as it stands in the log. V8's own format keeps dates, bytes and `Infinity`, and is stable on disk. */
export function frameRecord(record: unknown): Buffer {
  const payload = serialize(record);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame.writeUInt32BE(crc32(payload), 4);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}

/**
 * Takes whole records off the front of a stream of bytes. It stops for good at the first that does not hold: what
 * follows a torn record has no known boundaries.
 */
export class RecordReader {
  #rest: Buffer = Buffer.alloc(0);
  #validBytes = 0;
  #broken = false;

  /** How many bytes from the start were whole records. */
  get validBytes(): number {
    return this.#validBytes;
  }

  *read(chunk: Buffer): Generator {
    if (this.#broken) return;
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (buffer.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + buffer.readUInt32BE(0);
      if (buffer.length < end) break;
      // A copy, so that a record does not keep the whole chunk in memory.
      const payload = Buffer.from(buffer.subarray(HEADER_BYTES, end));
      if (payload.length === 0 || crc32(payload) !== buffer.readUInt32BE(4)) {
        this.#broken = true;
        return;
      }
      buffer = buffer.subarray(end);
      this.#validBytes += end;
      yield deserialize(payload);
    }
    this.#rest = buffer;
  }
}
