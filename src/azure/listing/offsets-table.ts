/**
 * The result of scanning an entry: the offsets of its parts on the page, start inclusive and end exclusive.
 */
export interface EntryOffsets {
  /** After `<Blob>`. */
  start: number;
  nameStart: number;
  nameEnd: number;
  /** Without quotes, and not empty. */
  etagStart: number;
  etagEnd: number;
  /** -1 when there is no stamp, or an empty one. */
  stampStart: number;
  stampEnd: number;
  /** Of the content's length; -1 when there is none, or an empty one. */
  lengthStart: number;
  lengthEnd: number;
  /** Of the access tier; -1 when there is none, or an empty one, or when it was inferred. */
  tierStart: number;
  tierEnd: number;
  /** From the first of owner, group, permissions and ACL to the last; -1 unless all are there, in this order. */
  accessStart: number;
  accessEnd: number;
  isDirectory: boolean;
  isBlockBlob: boolean;
  /** On its way from the archive to another tier. */
  isRehydrating: boolean;
  /** A copy onto the blob is running or was aborted. */
  isUnsettled: boolean;
  /** The name is written with references, so that its bytes show neither order nor difference. */
  isNameEscaped: boolean;
}

/** The column of a number in the row of an entry. */
export const Field = {
  start: 0,
  nameStart: 1,
  nameEnd: 2,
  etagStart: 3,
  etagEnd: 4,
  stampStart: 5,
  stampEnd: 6,
  lengthStart: 7,
  lengthEnd: 8,
  tierStart: 9,
  tierEnd: 10,
  accessStart: 11,
  accessEnd: 12,
  marks: 13,
} as const;
const FIELDS = 14;

/** Flags of an entry: bits of its `marks`. */
export const Mark = {
  directory: 1,
  blockBlob: 2,
  rehydrating: 4,
  unsettled: 8,
  nameEscaped: 16,
  /** For an entry that the reader leaves out. */
  leftOut: 32,
} as const;

const FIRST_ENTRIES = 64;
/** Memory of released pages, reused for new ones: one for each side of several concurrent walks. */
const spares: Int32Array[] = [];
const MAX_SPARES = 4;
const NO_NUMBERS = new Int32Array(0);

/**
 * The offsets of all entries of a page, a row for each, in one block of memory: with an object for each,
 * garbage collection would cost more than the rest of comparing two listings.
 */
export class OffsetsTable {
  #numbers = spares.pop() ?? new Int32Array(FIRST_ENTRIES * FIELDS);
  length = 0;

  add(places: EntryOffsets): void {
    const at = this.length * FIELDS;
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[at + Field.start] = places.start;
    numbers[at + Field.nameStart] = places.nameStart;
    numbers[at + Field.nameEnd] = places.nameEnd;
    numbers[at + Field.etagStart] = places.etagStart;
    numbers[at + Field.etagEnd] = places.etagEnd;
    numbers[at + Field.stampStart] = places.stampStart;
    numbers[at + Field.stampEnd] = places.stampEnd;
    numbers[at + Field.lengthStart] = places.lengthStart;
    numbers[at + Field.lengthEnd] = places.lengthEnd;
    numbers[at + Field.tierStart] = places.tierStart;
    numbers[at + Field.tierEnd] = places.tierEnd;
    numbers[at + Field.accessStart] = places.accessStart;
    numbers[at + Field.accessEnd] = places.accessEnd;
    numbers[at + Field.marks] =
      (places.isDirectory ? Mark.directory : 0) |
      (places.isBlockBlob ? Mark.blockBlob : 0) |
      (places.isRehydrating ? Mark.rehydrating : 0) |
      (places.isUnsettled ? Mark.unsettled : 0) |
      (places.isNameEscaped ? Mark.nameEscaped : 0);
    this.length++;
  }

  read(row: number, field: number): number {
    return this.#numbers[row * FIELDS + field] ?? 0;
  }

  isMarked(row: number, mark: number): boolean {
    return (this.read(row, Field.marks) & mark) !== 0;
  }

  addMark(row: number, mark: number): void {
    this.#numbers[row * FIELDS + Field.marks] = this.read(row, Field.marks) | mark;
  }

  /** Hands its memory to the next table. It is empty afterwards. */
  release(): void {
    if (this.#numbers !== NO_NUMBERS && spares.length < MAX_SPARES) spares.push(this.#numbers);
    this.#numbers = NO_NUMBERS;
    this.length = 0;
  }

  #grow(): void {
    const larger = new Int32Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
