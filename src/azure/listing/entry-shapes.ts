import type { EntryOffsets } from './offsets-table.ts';
import { isJudgedByText, scanBlob } from './scan-blob.ts';
import { type XmlCursor, afterText } from './xml-cursor.ts';

const [GREATER, QUOTE] = [0x3e, 0x22];
/** What a text is used for. */
const [NOTHING, NAME, ETAG, STAMP, LENGTH, TIER, FIRST_ACCESS, LAST_ACCESS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The bytes between two texts, four at a time as numbers, and the rest. */
interface Pieces {
  readonly words: Int32Array;
  readonly rest: Uint8Array;
  /** Where each piece ends: after which number, and which byte of the rest. */
  readonly wordsTo: Int32Array;
  readonly restTo: Int32Array;
}

/**
 * How an entry is written: the bytes between its texts. Entries of a listing differ in their texts and in
 * little else, so an entry written like an earlier one is scanned without looking up its elements by name.
 */
export class EntryShape {
  readonly #pieces: Pieces;
  /** The use of the text after each piece; the last piece has none. */
  readonly #roles: Uint8Array;
  /** The offsets of the last entry, reused for the next one, which changes only these. */
  readonly #found: EntryOffsets;

  /** @param places of an entry that ends at the cursor */
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
      // A text that is missing here must be missing in every entry of this shape: elements could stand there.
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
   * The offsets of an entry at the cursor, valid until the next scan; moves the cursor past it. Undefined
   * when the entry is written otherwise, or a text is empty or needs a closer check; then the cursor does not
   * move.
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
      // The bytes end before this piece does.
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

/** For blobs with many kinds of metadata, learning each shape costs more than scanning the elements. */
const MAX_SHAPES = 8;

/** Scans the entries of a page, and learns the shapes of the next ones from them. */
export class EntryShapes {
  readonly #shapes: EntryShape[] = [];
  #last = 0;

  /**
   * One `<Blob>`, from the byte after its start tag; valid until the next one. Undefined for an unknown form.
   */
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
    if (places !== undefined && shapes.length < MAX_SHAPES) {
      this.#last = shapes.push(new EntryShape(cursor, places)) - 1;
    }
    return places;
  }
}
