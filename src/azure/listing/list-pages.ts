/**
 * List Blobs without the SDK's parser of XML, for walks of listings that are long: a page is scanned as bytes, and its
 * entries are read where they lie. The scanner never guesses; a page that it does not know goes through a real parser,
 * and one that is not whole is an error, never a short page.
 */
import { BlobmirrorError } from '../../model/errors.js';
import type { ContainerName } from '../../model/key.js';
import type { Account } from '../connect-account.js';
import { toStorageError } from '../storage-error.js';
import { DamagedPage } from './damaged-page.js';
import type { ListedPage } from './listed-page.js';
import type { Listing } from './listing.js';
import { COMES_AGAIN, MarkerWatch } from './marker-watch.js';
import { openListing } from './open-listing.js';
import { readPage } from './read-page.js';
import { refuseUnasked } from './refuse-unasked.js';

/**
 * The pages of a container's listing, each asked for when it is drawn. Between two of them a walk may stop and go on
 * another day, from the marker or from a path.
 *
 * @throws BlobmirrorError; when the container does not exist, one whose context has `service: 'ContainerNotFound'`
 */
export async function* listPages(
  account: Account,
  container: ContainerName,
  listing: Listing = {},
): AsyncGenerator<ListedPage, void, void> {
  const request = openListing(account, container);
  const watch = new MarkerWatch();
  let { marker } = listing;
  for (;;) {
    let page: ListedPage;
    try {
      const { bytes, release } = await request({ ...listing, marker });
      page = readPage(bytes, release, { snapshots: listing.include?.snapshots });
      refuseUnasked(bytes, page, container, listing);
    } catch (error) {
      if (listing.signal?.aborted === true) throw listing.signal.reason;
      throw toStorageError(error, 'read', account.name);
    }
    yield page;
    if (page.nextMarker === undefined) return;
    if (page.nextMarker === marker || watch.repeats(page.nextMarker))
      throw toStorageError(new DamagedPage(COMES_AGAIN), 'read', account.name);
    marker = page.nextMarker;
  }
}

/** The service's own code in an error of a listing, which is translated already. */
export function listingCode(error: unknown): unknown {
  return error instanceof BlobmirrorError ? error.context['service'] : undefined;
}
