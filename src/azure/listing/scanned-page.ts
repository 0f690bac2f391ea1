import { alikeFor, etagOfStamp, isPlainEtag, isRestOfStamp } from './compare-bytes.js';
import { toListedLength } from './entry-fields.js';
import { Field, FIELDS, Mark, PlacesTable } from './places-table.js';
import { XmlCursor } from './xml-cursor.js';

const SLASH = 0x2f;
/** Of entries whose bytes alone do not tell whether they are in step. */
const UNCLEAR = Mark.directory | Mark.rehydrating | Mark.unsettled;

/** What is asked of entries that are compared by their bytes. */
export interface InStepRules {
  /** How many pairs at most. */
  readonly most: number;
  /** Whether owner, group, permissions and ACL are to be the same. */
  readonly access: boolean;
}

/** A page that was scanned: its bytes, and where the parts of its entries are. An entry is told by its row. */
export class ScannedPage {
  readonly cursor: XmlCursor;
  readonly places = new PlacesTable();
  readonly #isAscii: boolean;
  #bytes: Buffer;

  readonly #release: () => void;
  #isForgotten = false;
  /** Once it is asked. */
  #isWhollyAscending: boolean | undefined;

  /** @param release told when its bytes are needed no more */
  constructor(bytes: Buffer, isAscii: boolean, release: () => void) {
    this.cursor = new XmlCursor(bytes, isAscii);
    this.#bytes = bytes;
    this.#isAscii = isAscii;
    this.#release = release;
  }

  /** There is nothing to know of its entries any more. */
  forget(): void {
    if (this.#isForgotten) return;
    this.#isForgotten = true;
    this.#bytes = Buffer.alloc(0);
    this.cursor.forget();
    this.places.forget();
    this.#release();
  }

  /** The length of the content of so many entries from a row on; none where the listing tells none. */
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
   * Whether the names from one row to another come one after the other by every order that services list in. False says
   * nothing: the orders differ where a slash is, and beyond ASCII, and some names are not written as they are read.
   */
  isAscending(first: number, last: number): boolean {
    this.#isWhollyAscending ??= this.#areAscending(0, this.places.length - 1);
    return this.#isWhollyAscending || this.#areAscending(first, last);
  }

  #areAscending(first: number, last: number): boolean {
    const [bytes, { numbers }] = [this.#bytes, this.places];
    if (!this.#isAscii) return false;
    for (let at = first * FIELDS; at < last * FIELDS; at += FIELDS) {
      const next = at + FIELDS;
      const marks = (numbers[at + Field.marks] ?? 0) | (numbers[next + Field.marks] ?? 0);
      if ((marks & Mark.nameEscaped) !== 0) return false;
      const start = numbers[at + Field.nameStart] ?? 0;
      const nextStart = numbers[next + Field.nameStart] ?? 0;
      const length = (numbers[at + Field.nameEnd] ?? 0) - start;
      const nextLength = (numbers[next + Field.nameEnd] ?? 0) - nextStart;
      const alike = alikeFor(bytes, start, bytes, nextStart, Math.min(length, nextLength));
      if (alike === nextLength) return false;
      if (alike === length) continue;
      const byte = bytes[start + alike] ?? 0;
      const nextByte = bytes[nextStart + alike] ?? 0;
      if (byte === SLASH || nextByte === SLASH || byte > nextByte) return false;
    }
    return true;
  }

  /**
   * How many entries from a row on, at most so many, are each in step with one of the backup's page from another row on,
   * as far as bytes tell: the same name, kind, tier and, if that is asked for, access, and a stamp of the version that is
   * there. Where it stops, the texts may say so all the same.
   */
  countInStep(row: number, backup: ScannedPage, backupRow: number, rules: InStepRules): number {
    let count = 0;
    while (count < rules.most && this.#isInStep(row + count, backup, backupRow + count, rules.access))
      count++;
    return count;
  }

  #isInStep(row: number, backup: ScannedPage, backupRow: number, withAccess: boolean): boolean {
    const [bytes, { numbers }, at] = [this.#bytes, this.places, row * FIELDS];
    const [otherBytes, { numbers: others }, other] = [backup.#bytes, backup.places, backupRow * FIELDS];
    const isSame = (field: number): boolean => {
      const start = numbers[at + field] ?? -1;
      const otherStart = others[other + field] ?? -1;
      const length = (numbers[at + field + 1] ?? -1) - start;
      return (
        length === (others[other + field + 1] ?? -1) - otherStart &&
        alikeFor(bytes, start, otherBytes, otherStart, length) === length
      );
    };
    const marks = numbers[at + Field.marks] ?? 0;
    const otherMarks = others[other + Field.marks] ?? 0;
    if (((marks | otherMarks) & UNCLEAR) !== 0 || ((marks ^ otherMarks) & Mark.blockBlob) !== 0) return false;
    if (!isSame(Field.nameStart) || !isSame(Field.tierStart)) return false;
    if (withAccess && ((numbers[at + Field.accessStart] ?? -1) < 0 || !isSame(Field.accessStart)))
      return false;

    const stamp = others[other + Field.stampStart] ?? -1;
    if (stamp < 0) return false;
    const stampEnd = others[other + Field.stampEnd] ?? -1;
    const stampEtag = etagOfStamp(otherBytes, stamp, stampEnd);
    const etag = numbers[at + Field.etagStart] ?? 0;
    const etagEnd = numbers[at + Field.etagEnd] ?? 0;
    const length = etagEnd - etag;
    return (
      stampEtag >= 0 &&
      alikeFor(otherBytes, stampEtag, bytes, etag, length) === length &&
      isPlainEtag(bytes, etag, etagEnd) &&
      isRestOfStamp(otherBytes, stampEtag + length, stampEnd)
    );
  }
}
