const FIRST_BYTES = 64 * 1024;

/**
 * Bytes of a page as they come. They are put where they stay, since pieces of some megabytes that are put together at
 * the end are in memory twice until then.
 */
export class PageBody {
  #bytes: Buffer;
  #length = 0;

  /** @param expected how many bytes there will be, about */
  constructor(expected = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(expected);
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, this.#bytes.length * 2));
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All of them so far. */
  read(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.read());
    this.#bytes = larger;
  }
}
