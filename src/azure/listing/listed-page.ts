import type { PageEntry } from './page-entry.ts';

/** One answer of List Blobs. */
export interface ListedPage {
  /** In the service's order. */
  readonly entries: readonly PageEntry[];
  /** What the request for the next page names; undefined after the last one. Opaque, and good for later. */
  readonly nextMarker: string | undefined;
  /**
   * Nobody will ask its entries for anything more: its bytes may be overwritten by another page. An entry that is asked
   * all the same knows nothing.
   */
  forget(): void;
}

/** The same, as it was answered to a request. */
export interface AnsweredPage extends ListedPage {
  /** When the service answered, by its own clock; undefined where the answer does not tell. */
  readonly readAt: Date | undefined;
}
