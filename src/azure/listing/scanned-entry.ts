import type { Etag } from '../../model/etag.ts';
import type { Stamp } from '../../model/stamp.ts';
import type { ListedBlob, ListingOrder, PairsAhead, PairsInStep } from '../../ports/blob-reader.ts';
import { toDetails, toListedTier } from './entry-fields.ts';
import type { ListedDetails } from './listed-details.ts';
import { PageEntry } from './page-entry.ts';
import { readFields } from './read-fields.ts';
import { Field, Mark } from './places-table.ts';
import type { ScannedPage } from './scanned-page.ts';
import { toStamp } from './to-stamp.ts';

const NONE: PairsInStep = { count: 0, bytes: 0 };

/** An entry on a page that was scanned. */
export class ScannedEntry extends PageEntry {
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

  forgetPage(): void {
    this.#page.forget();
  }

  override ascendsTo(last: ListedBlob, order: ListingOrder): boolean {
    return (
      last instanceof ScannedEntry &&
      last.#page === this.#page &&
      this.#page.isAscending(this.#row, last.#row, order)
    );
  }

  override findInStep(backup: ListedBlob, { count, last, backupLast, access }: PairsAhead): PairsInStep {
    const areRows =
      backup instanceof ScannedEntry &&
      last instanceof ScannedEntry &&
      backupLast instanceof ScannedEntry &&
      last.#page === this.#page &&
      backupLast.#page === backup.#page &&
      // None of those in between was left out.
      last.#row - this.#row === count - 1 &&
      backupLast.#row - backup.#row === count - 1;
    if (!areRows) return NONE;
    const found = this.#page.countInStep(this.#row, backup.#page, backup.#row, { most: count, access });
    return { count: found, bytes: this.#page.bytesOf(this.#row, found) };
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
