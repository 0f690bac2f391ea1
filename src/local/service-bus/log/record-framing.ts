import { crc32 } from 'node:zlib';

/** Length and CRC-32 of what follows, four bytes each, big-endian. */
const HEADER_BYTES = 8;

/** A record as it stands in the log. */
export function frame(payload: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  framed.writeUInt32BE(payload.length, 0);
  framed.writeUInt32BE(crc32(payload), 4);
  payload.copy(framed, HEADER_BYTES);
  return framed;
}

/**
 * Takes whole records off the front of a stream of bytes. It stops for good at the first that does not hold: what
 * follows a torn record has no known boundaries.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #validBytes = 0;
  #broken = false;

  /** How many bytes from the start were whole records. */
  get validBytes(): number {
    return this.#validBytes;
  }

  *read(chunk: Buffer): Generator<Buffer> {
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
      yield payload;
    }
    this.#rest = buffer;
  }
}
