/** What is wrong with such a listing, in words. */
export const COMES_AGAIN = 'a page is followed by itself, or by one before it';

/**
 * Notices a listing that goes round in circles: a service, or a cache before it, that names a page as the next one that
 * went by already. It remembers one marker, and another one after twice as many pages (Brent's way to find a cycle), so
 * that a circle is noticed after a few rounds.
 */
export class MarkerWatch {
  #kept: string | undefined;
  #pages = 0;
  #until = 1;

  /** Whether the page that a marker names was among the last ones. */
  repeats(marker: string): boolean {
    if (marker === this.#kept) return true;
    if (++this.#pages < this.#until) return false;
    this.#kept = marker;
    this.#pages = 0;
    this.#until *= 2;
    return false;
  }
}
