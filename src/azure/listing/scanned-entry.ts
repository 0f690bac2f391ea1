import type { Etag } from '../../model/etag.js';
import type { Stamp } from '../../model/stamp.js';
import { toDetails, toListedLength, toListedTier } from './entry-fields.js';
import type { ListedDetails, ListedEntry } from './listed-page.js';
import { readFields } from './read-fields.js';
import { toStamp } from './to-stamp.js';
import type { XmlCursor } from './xml-cursor.js';

/** What a scan learns of an entry: where its parts are on the page, from which byte to before which. */
export interface EntryPlaces {
  /** Behind `<Blob>`. */
  readonly start: number;
  nameStart: number;
  nameEnd: number;
  /** Without quotes, and not empty. */
  etagStart: number;
  etagEnd: number;
  /** -1 when there is no stamp. */
  stampStart: number;
  stampEnd: number;
  isDirectory: boolean;
  isBlockBlob: boolean;
  /** Of the content's length; -1 when there is none. */
  lengthStart: number;
  lengthEnd: number;
  /** Of the access tier; -1 when there is none, or when it was inferred. */
  tierStart: number;
  tierEnd: number;
  /** On its way from the archive to another tier. */
  isRehydrating: boolean;
  /** A copy onto the blob is under way or was given up. */
  isUnsettled: boolean;
}

/** An entry on a page that was scanned. */
export class ScannedEntry implements ListedEntry {
  readonly #cursor: XmlCursor;
  readonly #places: EntryPlaces;
  #name: string | undefined;

  constructor(cursor: XmlCursor, places: EntryPlaces) {
    this.#cursor = cursor;
    this.#places = places;
  }

  get name(): string {
    return (this.#name ??= this.#cursor.text(this.#places.nameStart, this.#places.nameEnd));
  }

  get etag(): Etag {
    return this.#cursor.text(this.#places.etagStart, this.#places.etagEnd) as Etag;
  }

  get stamp(): Stamp | undefined {
    const { stampStart, stampEnd, isUnsettled } = this.#places;
    return stampStart < 0 || isUnsettled ? undefined : toStamp(this.#cursor.text(stampStart, stampEnd));
  }

  get isDirectory(): boolean {
    return this.#places.isDirectory;
  }

  get isBlockBlob(): boolean {
    return this.#places.isBlockBlob;
  }

  get bytes(): number {
    const { lengthStart, lengthEnd } = this.#places;
    if (lengthStart < 0) return 0;
    const plain = this.#cursor.digits(lengthStart, lengthEnd);
    return plain ?? toListedLength(this.#cursor.text(lengthStart, lengthEnd));
  }

  get tier(): string | undefined {
    const { isBlockBlob, isRehydrating, tierStart, tierEnd } = this.#places;
    if (!isBlockBlob) return undefined;
    if (isRehydrating) return toListedTier(readFields(this.#cursor, this.#places.start).properties);
    return tierStart < 0 ? undefined : this.#cursor.text(tierStart, tierEnd);
  }

  details(): ListedDetails {
    return toDetails(readFields(this.#cursor, this.#places.start));
  }
}
