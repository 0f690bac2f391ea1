import { DamagedPage } from './damaged-page.js';
import type { ListedPage } from './listed-page.js';
import type { Listing } from './listing.js';

const LONGEST_HEAD = 1024;
/** Old versions of the service name the container by its URL. */
const CONTAINER = /<EnumerationResults[^>]*? ContainerName="(?:[^"]*\/)?([^"/]*)"/;

/** The container that a page says it is of. */
export function containerIn(page: string): string | undefined {
  return CONTAINER.exec(page.slice(0, LONGEST_HEAD))?.[1];
}

/**
 * Refuses a page that is one, and not of what was asked for: of another container, out of a cache, or of another prefix,
 * which something in between may have dropped. What it does not hold would pass for absent.
 *
 * @throws DamagedPage
 */
export function refuseUnasked(
  body: Buffer,
  { entries }: ListedPage,
  container: string,
  { prefix = '' }: Listing,
): void {
  const named = containerIn(body.toString('latin1', 0, LONGEST_HEAD));
  if (named !== undefined && named !== container) throw new DamagedPage('it is of another container');
  const [first, last] = [entries[0], entries.at(-1)];
  if (prefix === '' || first === undefined || last === undefined) return;
  // Names with one beginning follow each other in every order.
  const isSorted = first.ascendsTo?.(last, 'flat') === true || first.ascendsTo?.(last, 'tree') === true;
  const inDoubt = isSorted ? [first, last] : entries;
  if (!inDoubt.every(({ name }) => name.startsWith(prefix)))
    throw new DamagedPage('it holds names without the prefix that was asked for');
}
