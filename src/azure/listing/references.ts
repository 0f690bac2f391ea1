/**
 * Character and entity references in text, by XML 1.0 without a document type: five names and numbers of characters.
 * www.w3.org/TR/xml/#sec-references
 */
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Longer than any that names a character without leading zeros; what is longer is for the parser. */
const LONGEST = '&#x10FFFF;'.length;
const REFERENCE = /^&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));/;
const REFERENCES = new RegExp(REFERENCE.source.slice(1), 'g');
const SEMICOLON = 0x3b;

/** Where the reference that begins at this ampersand ends; -1 when it is none. */
export function afterReference(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(SEMICOLON, at) + 1;
  if (end === 0 || end - at > LONGEST) return -1;
  const match = REFERENCE.exec(bytes.toString('latin1', at, end));
  return match !== null && (match[3] !== undefined || isCharacter(codePoint(match[1], match[2]))) ? end : -1;
}

/** Text with its references replaced, each of which `afterReference` has passed. */
export function decodeReferences(text: string): string {
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
