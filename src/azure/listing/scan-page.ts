import { isAscii, isUtf8 } from 'node:buffer';
import { toDetails } from './entry-fields.ts';
import { toListedTier } from './entry-fields.ts';
import { toStamp } from './entry-fields.ts';
import { EntryShapes } from './entry-shapes.ts';
import { type ListedDetails, type ListedPage, PageEntry } from './listing.ts';
import { Field, Mark } from './offsets-table.ts';
import { BLOB, BLOBS, ROOT, ascii, readFields } from './scan-blob.ts';
import { ScannedPage } from './scanned-page.ts';
import type { XmlCursor } from './xml-cursor.ts';
import type { Etag } from '../../model/etag.ts';
import type { Stamp } from '../../model/stamp.ts';
import { type EqualPairs, type InStepRules, type ListedBlob, NO_PAIRS } from '../../ports/blob-reader.ts';

/** An entry on a page that was scanned. */
class ScannedEntry extends PageEntry {
  readonly #page: ScannedPage;
  readonly #row: number;

  constructor(page: ScannedPage, row: number) {
    super();
    this.#page = page;
    this.#row = row;
  }

  get name(): string {
    return this.#text(Field.nameStart) ?? '';
  }

  get etag(): Etag {
    return (this.#text(Field.etagStart) ?? '') as Etag;
  }

  get stamp(): Stamp | undefined {
    const text = this.#isMarked(Mark.unsettled) ? undefined : this.#text(Field.stampStart);
    return text === undefined ? undefined : toStamp(text);
  }

  get isDirectory(): boolean {
    return this.#isMarked(Mark.directory);
  }

  get isBlockBlob(): boolean {
    return this.#isMarked(Mark.blockBlob);
  }

  get bytes(): number {
    return this.#page.bytesOf(this.#row, 1);
  }

  get tier(): string | undefined {
    if (!this.isBlockBlob) return undefined;
    return this.#isMarked(Mark.rehydrating)
      ? toListedTier(this.#fields().properties)
      : this.#text(Field.tierStart);
  }

  details(): ListedDetails {
    return toDetails(this.#fields());
  }

  leaveOut(): void {
    this.#page.places.addMark(this.#row, Mark.leftOut);
  }

  /** Where both pages were scanned, compares their rows. */
  static countInStep(first: ListedBlob, backupFirst: ListedBlob, rules: InStepRules): EqualPairs {
    if (!(first instanceof ScannedEntry && backupFirst instanceof ScannedEntry)) return NO_PAIRS;
    const count = first.#page.countInStep(first.#row, backupFirst.#page, backupFirst.#row, rules);
    return { count, bytes: first.#page.bytesOf(first.#row, count) };
  }

  #fields() {
    return readFields(this.#page.cursor, this.#page.places.read(this.#row, Field.start));
  }

  #text(field: number): string | undefined {
    const { cursor, places } = this.#page;
    const start = places.read(this.#row, field);
    return start < 0 ? undefined : cursor.text(start, places.read(this.#row, field + 1));
  }

  #isMarked(mark: number): boolean {
    return this.#page.places.isMarked(this.#row, mark);
  }
}

/**
 * The declaration and the start of the root: byte order mark and attributes as services send them, and no
 * others.
 */
const HEAD =
  /^(?:\xef\xbb\xbf)?<\?xml version="1\.0" encoding="[Uu][Tt][Ff]-8"(?: standalone="(?:yes|no)")? ?\?>\n?<EnumerationResults(?: ServiceEndpoint="[^"<&\p{Cc}]*")?(?: ContainerName="[^"<&\p{Cc}]*")?>/u;
const LONGEST_HEAD = 1024;
/** The elements that repeat the request. */
const ECHOES = ['Prefix', 'Marker', 'StartFrom', 'EndBefore', 'MaxResults', 'Delimiter'].map(ascii);
const NEXT_MARKER = ascii('NextMarker');
const WHITE_SPACE = /^[ \t\r\n]*$/;

/** What XML cannot hold beyond ASCII, in UTF-8: U+FFFE and U+FFFF. */
const NO_CHARACTERS = ['\uFFFE', '\uFFFF'].map((character) => Buffer.from(character));

/**
 * A page of a listing in the service's form, read without a parser. Undefined when anything differs from that
 * form, or is damaged: the scanner knows one form, on which the parser agrees with it, and leaves all others
 * to the parser.
 *
 * @param onRelease called when the bytes are no longer needed
 */
export function scanPage(bytes: Buffer, onRelease: () => void = () => {}): ListedPage | undefined {
  const isPlain = isAscii(bytes);
  if (!isPlain && (!isUtf8(bytes) || NO_CHARACTERS.some((each) => bytes.includes(each)))) return undefined;
  const head = HEAD.exec(bytes.toString('latin1', 0, LONGEST_HEAD));
  if (head === null) return undefined;
  const entries: ScannedEntry[] = [];
  const page = new ScannedPage(bytes, isPlain, () => {
    // The caller may hold this page while it waits for the next one; its entries would be moved to the old
    // generation.
    entries.length = 0;
    onRelease();
  });
  const { cursor } = page;
  cursor.at = head[0].length;

  scanEchoes(cursor);
  if (!scanBlobs(page) || !cursor.skipLeaf() || !cursor.isNamed(NEXT_MARKER)) return undefined;
  const marker = cursor.text();
  if (!cursor.skip(ROOT.close) || !WHITE_SPACE.test(bytes.toString('latin1', cursor.at))) return undefined;
  addEntries(page, entries);
  return {
    entries,
    nextMarker: marker === '' ? undefined : marker,
    ascends: (order) => page.ascends(order),
    countInStep: (...pairs) => ScannedEntry.countInStep(...pairs),
    leaveOut: (isLeftOut) => leaveOut(entries, isLeftOut),
    release: () => page.release(),
  };
}

/** An empty `Blobs`, which may follow, is a leaf too. */
function scanEchoes(cursor: XmlCursor): void {
  let { at } = cursor;
  while (cursor.skipLeaf() && ECHOES.some((name) => cursor.isNamed(name))) at = cursor.at;
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

function leaveOut(
  entries: readonly ScannedEntry[],
  isLeftOut: (entry: PageEntry) => boolean,
): readonly PageEntry[] {
  return entries.filter((entry) => {
    if (!isLeftOut(entry)) return true;
    entry.leaveOut();
    return false;
  });
}

function addEntries(page: ScannedPage, entries: ScannedEntry[]): void {
  for (let row = 0; row < page.places.length; row++) entries.push(new ScannedEntry(page, row));
}
