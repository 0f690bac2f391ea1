const [AMPERSAND, SLASH, LESS, GREATER, SPACE, ZERO] = [0x26, 0x2f, 0x3c, 0x3e, 0x20, 0x30];
/** A longer number may not be exact. */
const MAX_DIGITS = 16;

/**
 * Classes of bytes. Names that listings use are ASCII; in text, `>` and carriage returns are left to the
 * parser.
 */
const NAME_START = 1;
const IN_NAME = 2;
const IN_TEXT = 4;
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const isText = byte >= SPACE ? !'<>&'.includes(character) : character === '\t' || character === '\n';
  return (
    (/[A-Za-z_]/.test(character) ? NAME_START : 0) |
    (/[A-Za-z0-9_.-]/.test(character) ? IN_NAME : 0) |
    (isText ? IN_TEXT : 0)
  );
});

/**
 * Reads XML in UTF-8 as the service writes it: no attribute, comment or white space between elements. It does not move
 * past anything else. Each byte is read once.
 */
export class XmlCursor {
  at = 0;
  #bytes: Buffer;
  #view: DataView;
  readonly #encoding: 'latin1' | 'utf8';
  /** Of the last leaf. */
  #name = 0;
  #nameEnd = 0;
  textStart = 0;
  textEnd = 0;
  /** Whether its text has character or entity references. */
  hasReference = false;

  constructor(bytes: Buffer, isAscii: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#encoding = isAscii ? 'latin1' : 'utf8';
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The bytes, for reading several as one number. */
  get view(): DataView {
    return this.#view;
  }

  /** Frees the bytes. */
  release(): void {
    this.#bytes = Buffer.alloc(0);
    this.#view = new DataView(new ArrayBuffer(0));
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length;
  }

  /** Moves past exactly these bytes, or not at all. */
  skip(expected: Uint8Array): boolean {
    if (!this.#equals(this.at, expected)) return false;
    this.at += expected.length;
    return true;
  }

  /** Moves past an element that holds only text or nothing, or not at all. */
  skipLeaf(): boolean {
    const bytes = this.#bytes;
    let at = this.at;
    if (bytes[at] !== LESS) return false;
    const name = ++at;
    if (!isKind(bytes[at], NAME_START)) return false;
    while (isKind(bytes[at], IN_NAME)) at++;
    const nameEnd = at;

    if (bytes[at] !== GREATER) {
      if (bytes[at] === SPACE) at++;
      if (bytes[at] !== SLASH || bytes[at + 1] !== GREATER) return false;
      this.hasReference = false;
      this.#found(name, nameEnd, at, at, at + 2);
      return true;
    }

    const textStart = ++at;
    this.hasReference = false;
    for (;;) {
      at = afterText(bytes, at);
      if (bytes[at] !== AMPERSAND) break;
      this.hasReference = true;
      at = afterReference(bytes, at);
      if (at < 0) return false;
    }
    const textEnd = at;

    if (bytes[at] !== LESS || bytes[at + 1] !== SLASH) return false;
    at += 2;
    for (let i = name; i < nameEnd; i++, at++) if (bytes[i] !== bytes[at]) return false;
    if (bytes[at] !== GREATER) return false;
    this.#found(name, nameEnd, textStart, textEnd, at + 1);
    return true;
  }

  #found(name: number, nameEnd: number, textStart: number, textEnd: number, after: number): void {
    this.#name = name;
    this.#nameEnd = nameEnd;
    this.textStart = textStart;
    this.textEnd = textEnd;
    this.at = after;
  }

  /** Whether the last leaf has this name. */
  isNamed(name: Uint8Array): boolean {
    return this.isAt(name, this.#name, this.#nameEnd);
  }

  /** The same, ignoring case; `lowerCase` has no characters but letters and `_`. */
  isNamedInAnyCase(lowerCase: Uint8Array): boolean {
    if (this.#nameEnd - this.#name !== lowerCase.length) return false;
    for (let i = 0; i < lowerCase.length; i++) {
      const byte = this.#bytes[this.#name + i] ?? 0;
      if ((byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte) !== lowerCase[i]) return false;
    }
    return true;
  }

  /** Whether the last leaf has text. */
  get hasText(): boolean {
    return this.textEnd > this.textStart;
  }

  get name(): string {
    return this.#bytes.toString('latin1', this.#name, this.#nameEnd);
  }

  /** Whether the text of the last leaf is this ASCII text. Makes no string in the usual case. */
  isText(expected: Uint8Array): boolean {
    if (this.isAt(expected, this.textStart, this.textEnd)) return true;
    return this.hasReference && this.text() === String.fromCharCode(...expected);
  }

  /** The text of the last leaf, or of another by its offsets: a copy, which does not keep the page in memory. */
  text(start = this.textStart, end = this.textEnd): string {
    return decodeReferences(this.#bytes.toString(this.#encoding, start, end));
  }

  /** The number of a text that is only digits, without making a string; undefined for any other text. */
  digits(start: number, end: number): number | undefined {
    if (end - start > MAX_DIGITS) return undefined;
    let number = 0;
    for (let at = start; at < end; at++) {
      const digit = (this.#bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      number = number * 10 + digit;
    }
    return number;
  }

  /** Whether the bytes from `start` to before `end` are these. */
  isAt(expected: Uint8Array, start: number, end: number): boolean {
    return end - start === expected.length && this.#equals(start, expected);
  }

  textBeginsWith(byte: number): boolean {
    return this.#bytes[this.textStart] === byte;
  }

  #equals(at: number, expected: Uint8Array): boolean {
    for (let i = 0; i < expected.length; i++) if (this.#bytes[at + i] !== expected[i]) return false;
    return true;
  }
}

/** The offset after the plain text that begins at `start`. */
export function afterText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isKind(bytes[at], IN_TEXT)) at++;
  return at;
}

function isKind(byte: number | undefined, kind: number): boolean {
  return byte !== undefined && ((KINDS[byte] ?? 0) & kind) !== 0;
}

/**
 * Character and entity references in text, by XML 1.0 without a document type: five names and numbers of characters.
 * www.w3.org/TR/xml/#sec-references
 */
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The longest reference without leading zeros; longer ones are left to the parser. */
const LONGEST = '&#x10FFFF;'.length;
const REFERENCE = /^&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));/;
const REFERENCES = new RegExp(REFERENCE.source.slice(1), 'g');
const SEMICOLON = 0x3b;

/** The offset after the reference that begins at this ampersand; -1 if it is not one. */
function afterReference(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(SEMICOLON, at) + 1;
  if (end === 0 || end - at > LONGEST) return -1;
  const match = REFERENCE.exec(bytes.toString('latin1', at, end));
  return match !== null && (match[3] !== undefined || isCharacter(codePoint(match[1], match[2]))) ? end : -1;
}

/** Replaces the references in a text, each of which `afterReference` has accepted. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCES, (_, hex?: string, decimal?: string, name?: string) =>
    name === undefined ? String.fromCodePoint(codePoint(hex, decimal)) : (NAMED[name] ?? ''),
  );
}

function codePoint(hex: string | undefined, decimal: string | undefined): number {
  return hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
}

/** www.w3.org/TR/xml/#charsets */
function isCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
