/** Texts of listings, compared as the bytes that they are: of a million pairs, strings would be most of the work. */

const [QUOTE, AMPERSAND, ZERO, NINE, SEMICOLON] = [0x22, 0x26, 0x30, 0x39, 0x3b];

/** How many of the bytes at one place are those at the other one, up to so many. */
export function alikeFor(
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
  return alikeFor(bytes, at, expected, 0, expected.length) === expected.length;
}

const BEGINNING = Buffer.from('v=1;account=');
const BEFORE_ETAG = Buffer.from(';etag=');
const BEFORE_TIME = Buffer.from(';modified=');
/** As `toISOString` writes it; a zero stands for any digit. */
const TIME = Buffer.from('0000-00-00T00:00:00.000Z');

/**
 * Where a stamp tells its ETag and where that ends, if it is as `addStamp` writes them up to there; otherwise -1. The bytes of
 * a text, of which `end` is behind the last one.
 */
export function etagOfStamp(bytes: Uint8Array, start: number, end: number): number {
  if (!holdsAt(bytes, start, BEGINNING)) return -1;
  const account = start + BEGINNING.length;
  let at = account;
  while (at < end && bytes[at] !== SEMICOLON) {
    if (bytes[at] === AMPERSAND) return -1;
    at++;
  }
  return at > account && holdsAt(bytes, at, BEFORE_ETAG) ? at + BEFORE_ETAG.length : -1;
}

/** Whether an ETag has nothing that would end it in a stamp, or that is not written as it is read. */
export function isPlainEtag(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === SEMICOLON || byte === QUOTE || byte === AMPERSAND) return false;
  }
  return true;
}

/** Whether this is the rest of a stamp behind its ETag: a time that is one to `Date`, and nothing more. */
export function isRestOfStamp(bytes: Uint8Array, start: number, end: number): boolean {
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
