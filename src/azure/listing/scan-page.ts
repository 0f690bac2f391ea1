import { isAscii, isUtf8 } from 'node:buffer';
import { ascii, BLOB, BLOBS, ROOT } from './elements.ts';
import type { ListedPage } from './listed-page.ts';
import { EntryShapes } from './entry-shapes.ts';
import { ScannedEntry } from './scanned-entry.ts';
import { ScannedPage } from './scanned-page.ts';
import type { XmlCursor } from './xml-cursor.ts';

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
 *
 * @param release told when the bytes are needed no more
 */
export function scanPage(bytes: Buffer, release: () => void = () => {}): ListedPage | undefined {
  const isPlain = isAscii(bytes);
  if (!isPlain && (!isUtf8(bytes) || NO_CHARACTERS.some((each) => bytes.includes(each)))) return undefined;
  const head = HEAD.exec(bytes.toString('latin1', 0, LONGEST_HEAD));
  if (head === null) return undefined;
  const entries: ScannedEntry[] = [];
  const page = new ScannedPage(bytes, isPlain, () => {
    // Who waits for the next page may still hold this one, and its entries would grow old with it.
    entries.length = 0;
    release();
  });
  const { cursor } = page;
  cursor.at = head[0].length;

  scanEchoes(cursor);
  if (!scanBlobs(page) || !cursor.leaf() || !cursor.isNamed(NEXT_MARKER)) return undefined;
  const marker = cursor.text();
  if (!cursor.skip(ROOT.close) || !WHITE_SPACE.test(bytes.toString('latin1', cursor.at))) return undefined;
  addEntries(page, entries);
  return {
    entries,
    nextMarker: marker === '' ? undefined : marker,
    forget: () => page.forget(),
  };
}

/** An empty `Blobs`, which may follow, is a leaf too. */
function scanEchoes(cursor: XmlCursor): void {
  let { at } = cursor;
  while (cursor.leaf() && ECHOES.some((name) => cursor.isNamed(name))) at = cursor.at;
  cursor.at = at;
}

function scanBlobs({ cursor, places }: ScannedPage): boolean {
  if (BLOBS.empty.some((each) => cursor.skip(each))) return true;
  if (!cursor.skip(BLOBS.open)) return false;
  const shapes = new EntryShapes();
  while (cursor.skip(BLOB.open)) {
    const found = shapes.scan(cursor);
    if (found === undefined) return false;
    places.add(found);
  }
  return cursor.skip(BLOBS.close);
}

function addEntries(page: ScannedPage, entries: ScannedEntry[]): void {
  for (let row = 0; row < page.places.length; row++) entries.push(new ScannedEntry(page, row));
}
