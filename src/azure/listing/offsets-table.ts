/** What a scan learns of an entry: where its parts are on the page, from which byte to before which. */
export interface EntryOffsets {
  /** Behind `<Blob>`. */
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
  /** A copy onto the blob is under way or was given up. */
  isUnsettled: boolean;
  /** The name is written with references, so that its bytes tell neither order nor difference. */
  isNameEscaped: boolean;
}

/** Where a number stands in the row of an entry. */
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

/** What is true of an entry: bits of its `marks`. */
export const Mark = {
  directory: 1,
  blockBlob: 2,
  rehydrating: 4,
  unsettled: 8,
  nameEscaped: 16,
  /** Of an entry that its reader does not show. */
  leftOut: 32,
} as const;

const FIRST_ENTRIES = 64;
/** Room of pages that are forgotten, for pages that come: one for each side of some walks at once. */
const spares: Int32Array[] = [];
const MOST_SPARES = 4;
const NO_NUMBERS = new Int32Array(0);

/**
 * The places of all entries of a page, a row for each, in one piece of memory: an object for each would give the
 * collector more to do than all else that compares two listings.
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

  /** Gives its room to the next table. It is empty afterwards. */
  release(): void {
    if (this.#numbers !== NO_NUMBERS && spares.length < MOST_SPARES) spares.push(this.#numbers);
    this.#numbers = NO_NUMBERS;
    this.length = 0;
  }

  #grow(): void {
    const larger = new Int32Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
