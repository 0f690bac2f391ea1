import type { EntryOffsets } from './offsets-table.ts';
import { isJudgedByText, scanBlob } from './scan-blob.ts';
import { type XmlCursor, afterText } from './xml-cursor.ts';

const [GREATER, QUOTE] = [0x3e, 0x22];
/** What a text is read for. */
const [NOTHING, NAME, ETAG, STAMP, LENGTH, TIER, FIRST_ACCESS, LAST_ACCESS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Bytes that stand between two texts, as the numbers that four at a time are, and what is left. */
interface Pieces {
  readonly words: Int32Array;
  readonly rest: Uint8Array;
  /** Behind which word and which byte of the rest each piece ends. */
  readonly wordsTo: Int32Array;
  readonly restTo: Int32Array;
}

/**
 * How an entry is written: what stands between its texts, byte by byte. Entries of a listing differ in their texts and
 * in little else, and one that is written like another is known without going through its elements by their names.
 */
export class EntryShape {
  readonly #pieces: Pieces;
  /** What the text behind each piece is read for; none is behind the last one. */
  readonly #roles: Uint8Array;
  /** What was found last, for the next one: only its places change. */
  readonly #found: EntryOffsets;

  /** @param places of an entry that ends where the cursor is */
  constructor(cursor: XmlCursor, places: EntryOffsets) {
    const { bytes, at: end } = cursor;
    const pieces: Buffer[] = [];
    const roles: number[] = [];
    let from = places.start;
    cursor.at = from;
    while (cursor.at < end) {
      if (!cursor.skipLeaf()) {
        cursor.at = bytes.indexOf(GREATER, cursor.at) + 1;
        continue;
      }
      // What has no text here has none in an entry that is written so: elements could stand there.
      if (!cursor.hasText || isJudgedByText(cursor)) continue;
      pieces.push(bytes.subarray(from, cursor.textStart));
      roles.push(roleOf(places, cursor.textStart, cursor.textEnd));
      from = cursor.textEnd;
    }
    pieces.push(bytes.subarray(from, end));
    this.#pieces = toPieces(pieces);
    this.#roles = Uint8Array.from(roles);
    this.#found = { ...places };
  }

  /**
   * The places of an entry at the cursor, which then is behind it, until the next one is scanned. Undefined when it is written
   * otherwise, or a text is empty or needs a second look; then the cursor stays.
   */
  scan(cursor: XmlCursor): EntryOffsets | undefined {
    const { bytes, view } = cursor;
    const { words, rest, wordsTo, restTo } = this.#pieces;
    const roles = this.#roles;
    const found = this.#found;
    let { at } = cursor;
    let word = 0;
    let byte = 0;
    for (let i = 0; i < wordsTo.length; i++) {
      const lastWord = wordsTo[i] ?? 0;
      const lastByte = restTo[i] ?? 0;
      // Not beyond the end, where there are no numbers to be had.
      if (at + (lastWord - word) * 4 > bytes.length) return undefined;
      for (; word < lastWord; word++, at += 4) if (view.getInt32(at, true) !== words[word]) return undefined;
      for (; byte < lastByte; byte++, at++) if (bytes[at] !== rest[byte]) return undefined;
      if (i === roles.length) break;
      const start = at;
      at = afterText(bytes, at);
      if (at === start) return undefined;
      switch (roles[i] ?? NOTHING) {
        case NAME:
          found.nameStart = start;
          found.nameEnd = at;
          break;
        case ETAG:
          if (bytes[start] === QUOTE) return undefined;
          found.etagStart = start;
          found.etagEnd = at;
          break;
        case STAMP:
          found.stampStart = start;
          found.stampEnd = at;
          break;
        case LENGTH:
          found.lengthStart = start;
          found.lengthEnd = at;
          break;
        case TIER:
          found.tierStart = start;
          found.tierEnd = at;
          break;
        case FIRST_ACCESS:
          found.accessStart = start;
          break;
        case LAST_ACCESS:
          found.accessEnd = at;
          break;
      }
    }
    found.start = cursor.at;
    found.isNameEscaped = false;
    cursor.at = at;
    return found;
  }
}

function toPieces(pieces: readonly Buffer[]): Pieces {
  const [words, rest, wordsTo, restTo]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const piece of pieces) {
    const whole = piece.length - (piece.length % 4);
    for (let at = 0; at < whole; at += 4) words.push(piece.readInt32LE(at));
    rest.push(...piece.subarray(whole));
    wordsTo.push(words.length);
    restTo.push(rest.length);
  }
  return {
    words: Int32Array.from(words),
    rest: Uint8Array.from(rest),
    wordsTo: Int32Array.from(wordsTo),
    restTo: Int32Array.from(restTo),
  };
}

function roleOf(places: EntryOffsets, textStart: number, textEnd: number): number {
  if (textStart === places.nameStart) return NAME;
  if (textStart === places.etagStart) return ETAG;
  if (textStart === places.stampStart) return STAMP;
  if (textStart === places.lengthStart) return LENGTH;
  if (textStart === places.tierStart) return TIER;
  if (textStart === places.accessStart) return FIRST_ACCESS;
  return textEnd === places.accessEnd ? LAST_ACCESS : NOTHING;
}

/** Of blobs with many kinds of metadata it costs more to learn each than to go through their elements. */
const MOST_SHAPES = 8;

/** Scans the entries of a page, and learns from each how the next ones may be written. */
export class EntryShapes {
  readonly #shapes: EntryShape[] = [];
  #last = 0;

  /** One `<Blob>`, from behind its beginning; good until the next one. Undefined when it is not written as is known. */
  scan(cursor: XmlCursor): EntryOffsets | undefined {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const which = (this.#last + i) % shapes.length;
      const found = shapes[which]?.scan(cursor);
      if (found === undefined) continue;
      this.#last = which;
      return found;
    }
    const places = scanBlob(cursor);
    if (places !== undefined && shapes.length < MOST_SHAPES) {
      this.#last = shapes.push(new EntryShape(cursor, places)) - 1;
    }
    return places;
  }
}
