import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../account/connect-account.ts';
import { DamagedPage, refuseOtherPage } from '../errors/damaged-page.ts';
import { toStorageError } from '../errors/storage-error.ts';
import type { AnsweredPage, ListedPage, Listing } from './listing.ts';
import { LostBody, type PageRequest, openListing } from './open-listing.ts';
import { type PageOptions, parsePage } from './parse-page.ts';
import { scanPage } from './scan-page.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { ContainerName } from '../../model/key.ts';
import { comesAfter } from '../../model/listing-order.ts';
import type { BlobPage } from '../../ports/blob-reader.ts';

/**
 * List Blobs without the SDK's XML parser, for walks of long listings: a page is scanned as bytes, and its
 * entries are read in place. The scanner never guesses: a page in an unknown form goes through a real parser,
 * and an incomplete page is an error, never a short page.
 */

/** Milliseconds before a page with an invalid body is requested again; doubles each time. */
const FIRST_WAIT = 250;

/**
 * No such container; or, on a hierarchical account, a prefix that runs through a file, below which there is
 * nothing. That such a listing is refused is documented; its code is inferred.
 */
const NOTHING_TO_LIST: ReadonlySet<unknown> = new Set(['ContainerNotFound', 'ResourceTypeMismatch']);

/**
 * The pages of a container's listing, each requested when the iterator needs it. Between two pages a walk may
 * stop and continue another day, from the marker or from a path.
 *
 * @throws BlobmirrorError; when the container does not exist, one whose context has `service:
 * 'ContainerNotFound'`
 */
export async function* listPages(
  account: Account,
  container: ContainerName,
  listing: Listing = {},
): AsyncGenerator<AnsweredPage, void, void> {
  const request = openListing(account, container);
  const watch = new MarkerCycleDetector();
  let { marker } = listing;
  for (;;) {
    let page: AnsweredPage;
    try {
      const asked = { ...listing, marker };
      page = await askAgain(account.tries, listing.signal, async () =>
        answerOf(await request(asked), container, asked),
      );
    } catch (error) {
      if (listing.signal?.aborted === true) throw listing.signal.reason;
      throw toStorageError(error, 'read', account.name);
    }
    yield page;
    if (page.nextMarker === undefined) return;
    if (page.nextMarker === marker || watch.repeats(page.nextMarker))
      throw toStorageError(new DamagedPage(MARKER_CYCLE), 'read', account.name);
    marker = page.nextMarker;
  }
}

/** @throws DamagedPage */
function answerOf(
  { bytes, release, readAt }: Awaited<ReturnType<PageRequest>>,
  container: ContainerName,
  listing: Listing,
): AnsweredPage {
  const page = readPage(bytes, release, { snapshots: listing.include?.snapshots });
  refuseOtherPage(bytes, page, container, listing);
  return { ...page, readAt };
}

/** The SDK repeats a request where the account allows several, but does not see the body. */
async function askAgain(
  tries: number,
  signal: AbortSignal | undefined,
  ask: () => Promise<AnsweredPage>,
): Promise<AnsweredPage> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      const isOfBody = error instanceof LostBody || error instanceof DamagedPage;
      if (!isOfBody || tried >= tries || signal?.aborted === true) throw error;
      await sleep(FIRST_WAIT * 2 ** (tried - 1), undefined, { signal });
    }
  }
}

/** Whether a listing failed, with an error already translated, because there is nothing to list. */
export function hasNothingToList(error: unknown): boolean {
  return NOTHING_TO_LIST.has(listingCode(error));
}

/** The service's code in a translated error of a listing. */
export function listingCode(error: unknown): unknown {
  return error instanceof BlobmirrorError ? error.context['service'] : undefined;
}

/**
 * Parses the body of an answer as a page of a listing.
 *
 * @param onRelease called when the body is no longer needed
 * @throws DamagedPage when the body is not complete
 */
export function readPage(
  body: Buffer,
  onRelease: () => void = () => {},
  options: PageOptions = {},
): ListedPage {
  const scanned = scanPage(body, onRelease);
  if (scanned !== undefined) return scanned;
  const parsed = parsePage(body, options);
  onRelease();
  return parsed;
}

/** The error text for such a listing. */
const MARKER_CYCLE = 'a page names itself, or an earlier page, as the next one';

/**
 * Detects a listing that loops: a service, or a cache before it, that names an earlier page as the next one.
 * It remembers one marker, and replaces it after twice as many pages (Brent's algorithm), so that a loop is
 * detected after a few rounds.
 */
class MarkerCycleDetector {
  #kept: string | undefined;
  #pages = 0;
  #until = 1;

  /** Whether the page of this marker was among the last ones. */
  repeats(marker: string): boolean {
    if (marker === this.#kept) return true;
    if (++this.#pages < this.#until) return false;
    this.#kept = marker;
    this.#pages = 0;
    this.#until *= 2;
    return false;
  }
}

interface SdkPage {
  readonly continuationToken?: string;
}

/** Pages of an SDK listing, with loops detected. @throws DamagedPage */
export async function* refuseRepeatedPages<Page extends SdkPage>(
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page, void, void> {
  const watch = new MarkerCycleDetector();
  for await (const page of pages) {
    yield page;
    const { continuationToken: marker = '' } = page;
    if (marker !== '' && watch.repeats(marker)) throw new DamagedPage(MARKER_CYCLE);
  }
}

/** How long the parameter is not sent again to an account that ignored it: services are upgraded. */
const REMEMBERED_MS = 3_600_000;

type BegunPage = ListedPage & Pick<BlobPage, 'marker'>;

interface ListingStart {
  /**
   * The pages of a listing from a path on, or from the page of a marker where the service ignores the path.
   */
  list(
    container: ContainerName,
    listing: Listing,
    place: string | undefined,
    marker: string | undefined,
  ): AsyncGenerator<BegunPage, void, void>;
}

/**
 * Listings that begin at a path. The service supports the parameter since version 2026-02-06; an older one
 * ignores it and begins at the start, which a walk in slices would take for the rest, for ever. An entry
 * before the path shows that, in every order in which a service was seen to list. Then a listing continues by
 * the marker of its last page, which every version supports: a slice costs one page more, and no page is
 * skipped.
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
