import { BlobmirrorError } from '../../model/errors.ts';
import type { ContainerName } from '../../model/key.ts';
import { comesAfter } from '../../model/listing-order.ts';
import type { Account } from '../account/connect-account.ts';
import type { BlobPage } from '../../ports/blob-reader.ts';
import type { ListedPage, Listing } from './listing.ts';
import { listPages } from './list-pages.ts';

/** So long an account is not asked again to begin at a place: services are renewed. */
const REMEMBERED_MS = 3_600_000;

type BegunPage = ListedPage & Pick<BlobPage, 'marker'>;

interface ListingStart {
  /** The pages of a listing from a place on, or from the page that a marker names where the service ignores the place. */
  list(
    container: ContainerName,
    listing: Listing,
    place: string | undefined,
    marker: string | undefined,
  ): AsyncGenerator<BegunPage, void, void>;
}

/**
 * Listings that begin at a place. The service knows the parameter since version 2026-02-06, and an older one ignores it and
 * begins at the beginning, which a walk in slices would take for the rest, for ever. That shows in an entry before the
 * place, in every order that a service was seen to list in. Then a listing goes on by the marker of the page that it was
 * on, which every version knows: a slice costs a page more, and no page is passed over.
 *
 * @param onIgnored called once
 */
export function createListingStart(account: Account, onIgnored: () => void): ListingStart {
  let ignoredUntil = Number.NEGATIVE_INFINITY;
  let isReported = false;

  function rememberIgnored(): void {
    ignoredUntil = performance.now() + REMEMBERED_MS;
    if (!isReported) onIgnored();
    isReported = true;
  }

  async function* fromMarker(
    container: ContainerName,
    listing: Listing,
    marker: string | undefined,
  ): AsyncGenerator<BegunPage, void, void> {
    let begin = marker;
    for await (const page of listPages(account, container, {
      ...listing,
      ...(marker !== undefined && marker !== '' && { marker }),
    })) {
      yield { ...page, marker: begin };
      begin = page.nextMarker;
    }
  }

  async function* fromPlace(
    container: ContainerName,
    listing: Listing,
    place: string,
  ): AsyncGenerator<BegunPage, void, void> {
    let begin: string | undefined;
    let isFirst = true;
    for await (const page of listPages(account, container, { ...listing, startFrom: place })) {
      const [entry] = page.entries;
      if (isFirst && entry !== undefined && comesAfter(place, entry.name))
        throw new StartIgnored(account.name);
      isFirst &&= entry === undefined;
      yield { ...page, marker: begin };
      begin = page.nextMarker;
    }
  }

  return {
    list: async function* (container, listing, place, marker) {
      if (place === undefined) {
        yield* fromMarker(container, listing, '');
        return;
      }
      if (performance.now() >= ignoredUntil) {
        try {
          yield* fromPlace(container, listing, place);
          return;
        } catch (error) {
          if (!(error instanceof StartIgnored)) throw error;
          rememberIgnored();
        }
      }
      if (marker === undefined) throw new StartIgnored(account.name);
      yield* fromMarker(container, listing, marker);
    },
  };
}

class StartIgnored extends BlobmirrorError {
  constructor(account: string) {
    super(
      'listing-start-ignored',
      `${account} ignores where a listing is to start and lists from the beginning`,
      {
        context: { account, operation: 'read' },
      },
    );
  }
}
