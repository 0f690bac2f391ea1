import { isAscii, isUtf8 } from 'node:buffer';
import { ascii, BLOB, BLOBS, ROOT } from './elements.js';
import type { ListedEntry, ListedPage } from './listed-page.js';
import { scanBlob } from './scan-blob.js';
import { XmlCursor } from './xml-cursor.js';

/** The declaration and the root's start. Byte order mark and attributes as services send them, and no others. */
const HEAD =
  /^(?:\xef\xbb\xbf)?<\?xml version="1\.0" encoding="[Uu][Tt][Ff]-8"(?: standalone="(?:yes|no)")? ?\?>\n?<EnumerationResults(?: ServiceEndpoint="[^"<&\p{Cc}]*")?(?: ContainerName="[^"<&\p{Cc}]*")?>/u;
const LONGEST_HEAD = 1024;
/** What was asked for. */
const ECHOES = ['Prefix', 'Marker', 'StartFrom', 'EndBefore', 'MaxResults', 'Delimiter'].map(ascii);
const NEXT_MARKER = ascii('NextMarker');
const WHITE_SPACE = /^[ \t\r\n]*$/;

/** What XML cannot hold beyond ASCII, in UTF-8: U+FFFE and U+FFFF. */
const NO_CHARACTERS = ['\uFFFE', '\uFFFF'].map((character) => Buffer.from(character));

/**
 * A page of a listing as the service writes it, read without a parser. Undefined when anything is unlike that, or is
 * damaged: this scanner knows one spelling and leaves every other one to the parser, which agrees with it on that one.
 */
export function scanPage(bytes: Buffer): ListedPage | undefined {
  const isPlain = isAscii(bytes);
  if (!isPlain && (!isUtf8(bytes) || NO_CHARACTERS.some((each) => bytes.includes(each)))) return undefined;
  const head = HEAD.exec(bytes.toString('latin1', 0, LONGEST_HEAD));
  if (head === null) return undefined;
  const cursor = new XmlCursor(bytes, isPlain);
  cursor.at = head[0].length;

  scanEchoes(cursor);
  const entries = scanBlobs(cursor);
  if (entries === undefined || !cursor.leaf() || !cursor.isNamed(NEXT_MARKER)) return undefined;
  const marker = cursor.text();
  if (!cursor.skip(ROOT.close) || !WHITE_SPACE.test(bytes.toString('latin1', cursor.at))) return undefined;
  return { entries, nextMarker: marker === '' ? undefined : marker, forget: () => cursor.forget() };
}

/** An empty `Blobs`, which may follow, is a leaf too. */
function scanEchoes(cursor: XmlCursor): void {
  let { at } = cursor;
  while (cursor.leaf() && ECHOES.some((name) => cursor.isNamed(name))) at = cursor.at;
  cursor.at = at;
}

function scanBlobs(cursor: XmlCursor): readonly ListedEntry[] | undefined {
  if (BLOBS.empty.some((each) => cursor.skip(each))) return [];
  if (!cursor.skip(BLOBS.open)) return undefined;
  const entries: ListedEntry[] = [];
  while (cursor.skip(BLOB.open)) {
    const entry = scanBlob(cursor);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return cursor.skip(BLOBS.close) ? entries : undefined;
}
