import { toListedLength } from './entry-fields.ts';
import { Field, Mark, OffsetsTable } from './offsets-table.ts';
import { XmlCursor } from './xml-cursor.ts';
import type { InStepRules, ListingOrder } from '../../ports/blob-reader.ts';

const SLASH = 0x2f;
/** Entries with one of these marks are compared as strings. */
const UNCLEAR = Mark.directory | Mark.rehydrating | Mark.unsettled | Mark.leftOut;

/** A scanned page: its bytes, and the offsets of the parts of its entries, a row for each entry. */
export class ScannedPage {
  readonly cursor: XmlCursor;
  readonly places = new OffsetsTable();
  readonly #isAscii: boolean;
  readonly #onRelease: () => void;
  /** Answers of `ascends`. */
  readonly #ascends = new Map<ListingOrder, boolean>();
  #bytes: Buffer;
  #isReleased = false;

  constructor(bytes: Buffer, isAscii: boolean, onRelease: () => void) {
    this.cursor = new XmlCursor(bytes, isAscii);
    this.#bytes = bytes;
    this.#isAscii = isAscii;
    this.#onRelease = onRelease;
  }

  /** Frees its bytes: its entries cannot be read afterwards. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#bytes = Buffer.alloc(0);
    this.cursor.release();
    this.places.release();
    this.#onRelease();
  }

  /** The sum of the content lengths of `count` entries from a row on. */
  bytesOf(row: number, count: number): number {
    let sum = 0;
    for (let i = row; i < row + count; i++) {
      const start = this.places.read(i, Field.lengthStart);
      const end = this.places.read(i, Field.lengthEnd);
      if (start >= 0) sum += this.cursor.digits(start, end) ?? toListedLength(this.cursor.text(start, end));
    }
    return sum;
  }

  /**
   * Whether the names surely ascend. False proves nothing: flat accounts have two orders beyond ASCII, and
   * some names are escaped.
   */
  ascends(order: ListingOrder): boolean {
    const ascends = this.#ascends.get(order) ?? this.#computeAscends(order);
    this.#ascends.set(order, ascends);
    return ascends;
  }

  #computeAscends(order: ListingOrder): boolean {
    if (!this.#isAscii) return false;
    const last = this.places.length - 1;
    for (let row = 0; row < last; row++) if (!this.#isBefore(row, row + 1, order)) return false;
    return true;
  }

  /** Whether one name comes before another one; for unescaped names in ASCII. */
  #isBefore(row: number, next: number, order: ListingOrder): boolean {
    const { places } = this;
    if (places.isMarked(row, Mark.nameEscaped) || places.isMarked(next, Mark.nameEscaped)) return false;
    const start = places.read(row, Field.nameStart);
    const nextStart = places.read(next, Field.nameStart);
    const length = places.read(row, Field.nameEnd) - start;
    const nextLength = places.read(next, Field.nameEnd) - nextStart;
    const alike = commonPrefixLength(
      this.#bytes,
      start,
      this.#bytes,
      nextStart,
      Math.min(length, nextLength),
    );
    if (alike === length || alike === nextLength) return length < nextLength;
    const byte = this.#bytes[start + alike] ?? 0;
    const nextByte = this.#bytes[nextStart + alike] ?? 0;
    const hasSlash = byte === SLASH || nextByte === SLASH;
    return order === 'tree' && hasSlash ? byte === SLASH : byte < nextByte;
  }

  /**
   * Counts the entries from a row on whose bytes show that they are in step with those of the backup's page
   * from another row on: the same name, kind, length, tier and, if requested, access, and a stamp of the
   * version on the source. The pair at which it stops may be in step all the same: its strings decide.
   */
  countInStep(row: number, backup: ScannedPage, backupRow: number, rules: InStepRules): number {
    let count = 0;
    while (count < rules.most && this.#isInStep(row + count, backup, backupRow + count, rules.access))
      count++;
    return count;
  }

  #isInStep(row: number, backup: ScannedPage, backupRow: number, withAccess: boolean): boolean {
    const marks = this.places.read(row, Field.marks);
    const backupMarks = backup.places.read(backupRow, Field.marks);
    return (
      ((marks | backupMarks) & UNCLEAR) === 0 &&
      ((marks ^ backupMarks) & Mark.blockBlob) === 0 &&
      this.#isSame(row, backup, backupRow, Field.nameStart) &&
      this.#isSame(row, backup, backupRow, Field.lengthStart) &&
      this.#isSame(row, backup, backupRow, Field.tierStart) &&
      (!withAccess || this.#hasSameAccess(row, backup, backupRow)) &&
      backup.#hasStampOf(backupRow, this, row)
    );
  }

  /** Whether two entries have the same text, or both none, in a field whose end is in the next column. */
  #isSame(row: number, other: ScannedPage, otherRow: number, field: number): boolean {
    const start = this.places.read(row, field);
    const otherStart = other.places.read(otherRow, field);
    const length = this.places.read(row, field + 1) - start;
    return (
      length === other.places.read(otherRow, field + 1) - otherStart &&
      commonPrefixLength(this.#bytes, start, other.#bytes, otherStart, length) === length
    );
  }

  #hasSameAccess(row: number, other: ScannedPage, otherRow: number): boolean {
    return (
      this.places.read(row, Field.accessStart) >= 0 && this.#isSame(row, other, otherRow, Field.accessStart)
    );
  }

  #hasStampOf(row: number, source: ScannedPage, sourceRow: number): boolean {
    const stamp = this.places.read(row, Field.stampStart);
    if (stamp < 0) return false;
    const end = this.places.read(row, Field.stampEnd);
    const stamped = etagOfStamp(this.#bytes, stamp, end);
    const etag = source.places.read(sourceRow, Field.etagStart);
    const etagEnd = source.places.read(sourceRow, Field.etagEnd);
    const length = etagEnd - etag;
    return (
      stamped >= 0 &&
      commonPrefixLength(this.#bytes, stamped, source.#bytes, etag, length) === length &&
      isPlainEtag(source.#bytes, etag, etagEnd) &&
      isRestOfStamp(this.#bytes, stamped + length, end)
    );
  }
}

/** Texts of listings are compared as bytes: for a million pairs, making strings would be most of the work. */

const [QUOTE, AMPERSAND, ZERO, NINE, SEMICOLON] = [0x22, 0x26, 0x30, 0x39, 0x3b];

/** Length of the common prefix, at most `length`. */
function commonPrefixLength(
  bytes: Uint8Array,
  start: number,
  otherBytes: Uint8Array,
  otherStart: number,
  length: number,
): number {
  let at = 0;
  while (at < length && bytes[start + at] === otherBytes[otherStart + at]) at++;
  return at;
}

function holdsAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return commonPrefixLength(bytes, at, expected, 0, expected.length) === expected.length;
}

const BEGINNING = Buffer.from('v=1;account=');
const BEFORE_ETAG = Buffer.from(';etag=');
const BEFORE_TIME = Buffer.from(';modified=');
/** The format of `toISOString`; a zero stands for any digit. */
const TIME = Buffer.from('0000-00-00T00:00:00.000Z');

/**
 * The start and end of the ETag in a stamp, if the stamp is as `addStamp` writes it up to there; otherwise
 * -1. `end` is the offset after the text's last byte.
 */
function etagOfStamp(bytes: Uint8Array, start: number, end: number): number {
  if (!holdsAt(bytes, start, BEGINNING)) return -1;
  const account = start + BEGINNING.length;
  let at = account;
  while (at < end && bytes[at] !== SEMICOLON) {
    if (bytes[at] === AMPERSAND) return -1;
    at++;
  }
  return at > account && holdsAt(bytes, at, BEFORE_ETAG) ? at + BEFORE_ETAG.length : -1;
}

/** Whether an ETag has no character that would end it in a stamp or that is escaped. */
function isPlainEtag(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === SEMICOLON || byte === QUOTE || byte === AMPERSAND) return false;
  }
  return true;
}

/** Whether this is the rest of a stamp after its ETag: a time that `Date` accepts, and nothing more. */
function isRestOfStamp(bytes: Uint8Array, start: number, end: number): boolean {
  const at = start + BEFORE_TIME.length;
  if (end - at !== TIME.length || !holdsAt(bytes, start, BEFORE_TIME)) return false;
  for (let i = 0; i < TIME.length; i++) {
    const byte = bytes[at + i] ?? 0;
    const expected = TIME[i];
    if (expected === ZERO ? byte < ZERO || byte > NINE : byte !== expected) return false;
  }
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    twoDigits(bytes, at + 11) < 24 &&
    twoDigits(bytes, at + 14) < 60 &&
    twoDigits(bytes, at + 17) < 60
  );
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) - ZERO) * 10 + (bytes[at + 1] ?? 0) - ZERO;
}
