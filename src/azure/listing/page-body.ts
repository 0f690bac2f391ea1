const FIRST_BYTES = 64 * 1024;

/**
 * Bytes of a page as they come. They are put where they stay, since pieces of some megabytes that are put together at
 * the end are in memory twice until then.
 */
export class PageBody {
  #bytes: Buffer;
  #length = 0;

  /** @param room to put them, if there is some that nobody needs */
  constructor(room: Buffer | undefined) {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
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

  /** Where they are, and what is left of it. */
  get room(): Buffer {
    return this.#bytes;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.read());
    this.#bytes = larger;
  }
}
