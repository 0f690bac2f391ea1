/**
 * Texts of an XML 1.0 document, in the form in which Azurite's library writes them: an element without
 * content is closed at once.
 */

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

// One test decides for nearly every text that it can stand as it is.
const suspicious = /[&<>\p{Cc}\p{Surrogate}\uFFFE\uFFFF]/u;
const invalid = /(?![\t\n\r\u007F-\u009F])\p{Cc}|[\p{Surrogate}\uFFFE\uFFFF]/u;
const allInvalid = new RegExp(invalid.source, 'gu');
// The characters that XML allows in names, without those that cannot be in an HTTP header's name.
const elementName = /^[A-Z_a-z][-.\w]*$/;

/** The content of an element. A character that XML cannot hold becomes U+FFFD. */
function text(value: string): string {
  if (!suspicious.test(value)) return value;
  return value
    .replace(allInvalid, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;');
}

/** The value of an attribute, without its quotes. */
export function attribute(value: string): string {
  return value
    .replace(allInvalid, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;');
}

export function element(name: string, value: string): string {
  return value === '' ? `<${name}/>` : `<${name}>${text(value)}</${name}>`;
}

/**
 * An element with the name of a blob, or a part of one. Azure percent-encodes a name that has characters that
 * XML cannot hold, and says so in an attribute (learn.microsoft.com/rest/api/storageservices/list-blobs).
 */
export function nameElement(name: string, value: string): string {
  return isXmlText(value)
    ? element(name, value)
    : `<${name} Encoded="true">${encodeURIComponent(value.toWellFormed())}</${name}>`;
}

export function isXmlText(value: string): boolean {
  return !suspicious.test(value) || !invalid.test(value);
}

/** Metadata, whose names become elements. Azure lists a name that cannot be one in an element of its own. */
export function metadataElement(metadata: Readonly<Record<string, unknown>>): string {
  let elements = '';
  for (const [name, value] of Object.entries(metadata))
    elements += elementName.test(name) ? element(name, String(value)) : element('x-ms-invalid-name', name);
  return elements === '' ? '<Metadata/>' : `<Metadata>${elements}</Metadata>`;
}

const latest: (readonly [second: number, text: string] | undefined)[] = [];

/** A date as in RFC 1123. The dates of a page, and those of answers, are often those before. */
export function rfc1123(date: Date): string {
  const second = Math.floor(date.getTime() / 1000);
  const slot = second & 0xff;
  const kept = latest[slot];
  if (kept?.[0] === second) return kept[1];
  const written = date.toUTCString();
  latest[slot] = [second, written];
  return written;
}
