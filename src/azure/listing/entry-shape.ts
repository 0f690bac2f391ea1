import type { EntryPlaces } from './places-table.js';
import { isJudgedByText } from './scan-blob.js';
import { afterText, type XmlCursor } from './xml-cursor.js';

const [GREATER, QUOTE] = [0x3e, 0x22];
/** What a text is read for. */
const [NOTHING, NAME, ETAG, STAMP, LENGTH, TIER, FIRST_ACCESS, LAST_ACCESS] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * How an entry is written: what stands between its texts, byte by byte. Entries of a listing differ in their texts and
 * in little else, and one that is written like another is known without going through its elements by their names.
 */
export class EntryShape {
  /** All that is between the texts, one after the other. */
  readonly #between: Uint8Array;
  /** Before which byte of it each text comes. */
  readonly #texts: Int32Array;
  readonly #roles: Uint8Array;
  /** What was found last, for the next one: only its places change. */
  readonly #found: EntryPlaces;

  /** @param places of an entry that ends where the cursor is */
  constructor(cursor: XmlCursor, places: EntryPlaces) {
    const { bytes, at: end } = cursor;
    const between: number[] = [];
    const texts: number[] = [];
    const roles: number[] = [];
    let copied = places.start;
    const copyTo = (to: number): void => {
      between.push(...bytes.subarray(copied, to));
    };
    cursor.at = places.start;
    while (cursor.at < end) {
      if (!cursor.leaf()) {
        cursor.at = bytes.indexOf(GREATER, cursor.at) + 1;
        continue;
      }
      const { textStart, textEnd } = cursor;
      // What has no text here has none in an entry that is written so: elements could stand there.
      if (!cursor.hasText || isJudgedByText(cursor)) continue;
      copyTo(textStart);
      copied = textEnd;
      texts.push(between.length);
      roles.push(roleOf(places, textStart, textEnd));
    }
    copyTo(end);
    this.#between = Uint8Array.from(between);
    this.#texts = Int32Array.from(texts);
    this.#roles = Uint8Array.from(roles);
    this.#found = { ...places };
  }

  /**
   * The places of an entry at the cursor, which then is behind it, until the next one is scanned. Undefined when it is written
   * otherwise, or a text is empty or needs a second look; then the cursor stays.
   */
  scan(cursor: XmlCursor): EntryPlaces | undefined {
    const { bytes } = cursor;
    const between = this.#between;
    const texts = this.#texts;
    const found = this.#found;
    let { at } = cursor;
    let done = 0;
    for (let i = 0; i <= texts.length; i++) {
      const next = texts[i] ?? between.length;
      for (; done < next; done++, at++) if (bytes[at] !== between[done]) return undefined;
      if (i === texts.length) break;
      const start = at;
      at = afterText(bytes, at);
      if (at === start) return undefined;
      switch (this.#roles[i] ?? NOTHING) {
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

function roleOf(places: EntryPlaces, textStart: number, textEnd: number): number {
  if (textStart === places.nameStart) return NAME;
  if (textStart === places.etagStart) return ETAG;
  if (textStart === places.stampStart) return STAMP;
  if (textStart === places.lengthStart) return LENGTH;
  if (textStart === places.tierStart) return TIER;
  if (textStart === places.accessStart) return FIRST_ACCESS;
  return textEnd === places.accessEnd ? LAST_ACCESS : NOTHING;
}
