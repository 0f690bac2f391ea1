import { type Etag, parseEtag } from '../../model/etag.js';
import type { Stamp } from '../../model/stamp.js';
import { toDetails } from './entry-fields.js';
import type { ListedDetails, ListedEntry } from './listed-page.js';
import { readFields } from './read-fields.js';
import { toStamp } from './to-stamp.js';
import type { XmlCursor } from './xml-cursor.js';

/** Where in the page the parts of an entry are: from which byte to before which. */
export interface EntryPlaces {
  /** Behind `<Blob>`. */
  readonly start: number;
  readonly name: Place;
  readonly etag: Place;
  readonly stamp: Place | undefined;
}

export type Place = readonly [start: number, end: number];

/** An entry on a page that was scanned. */
export class ScannedEntry implements ListedEntry {
  readonly isDirectory: boolean;
  readonly #cursor: XmlCursor;
  readonly #places: EntryPlaces;
  #name: string | undefined;

  constructor(cursor: XmlCursor, places: EntryPlaces, isDirectory: boolean) {
    this.#cursor = cursor;
    this.#places = places;
    this.isDirectory = isDirectory;
  }

  get name(): string {
    return (this.#name ??= this.#cursor.text(...this.#places.name));
  }

  get etag(): Etag {
    return parseEtag(this.#cursor.text(...this.#places.etag));
  }

  get stamp(): Stamp | undefined {
    const { stamp } = this.#places;
    return stamp === undefined ? undefined : toStamp(this.#cursor.text(...stamp));
  }

  details(): ListedDetails {
    return toDetails(readFields(this.#cursor, this.#places.start));
  }
}
