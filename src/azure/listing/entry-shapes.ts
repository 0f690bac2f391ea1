import { EntryShape } from './entry-shape.ts';
import type { EntryPlaces } from './places-table.ts';
import { scanBlob } from './scan-blob.ts';
import type { XmlCursor } from './xml-cursor.ts';

/** Of blobs with many kinds of metadata it costs more to learn each than to go through their elements. */
const MOST_SHAPES = 8;

/** Scans the entries of a page, and learns from each how the next ones may be written. */
export class EntryShapes {
  readonly #shapes: EntryShape[] = [];
  #last = 0;

  /** One `<Blob>`, from behind its beginning; good until the next one. Undefined when it is not written as is known. */
  scan(cursor: XmlCursor): EntryPlaces | undefined {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const which = (this.#last + i) % shapes.length;
      const found = shapes[which]?.scan(cursor);
      if (found === undefined) continue;
      this.#last = which;
      return found;
    }
    const places = scanBlob(cursor);
    if (places !== undefined && shapes.length < MOST_SHAPES) {
      this.#last = shapes.push(new EntryShape(cursor, places)) - 1;
    }
    return places;
  }
}
