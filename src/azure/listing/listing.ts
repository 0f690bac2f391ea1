/** What to list of a container. */
export interface Listing {
  /** Only what is named so from its beginning. */
  readonly prefix?: string | undefined;
  /** Only what comes at this path or after it, in the service's own order, whether or not there is such a blob. */
  readonly startFrom?: string | undefined;
  /** Where to go on: the `nextMarker` of a page of a listing that was otherwise the same. */
  readonly marker?: string | undefined;
  /** What entries tell beyond names and properties. */
  readonly include?: {
    readonly metadata?: boolean;
    readonly tags?: boolean;
    /** The status of an asynchronous copy, without which nobody can tell that a blob's content is not there yet. */
    readonly copy?: boolean;
    /** Owner, group, permissions and ACL: for hierarchical accounts only. */
    readonly permissions?: boolean;
    /** Entries of their own, which are left out otherwise. */
    readonly snapshots?: boolean;
  };
  /** Entries on a page, 5,000 at most, which is also what it is when nothing is said. A page may hold fewer. */
  readonly pageSize?: number;
  /** Ends the listing: it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_PAGE = 5000;

/** The parameters of List Blobs: learn.microsoft.com/rest/api/storageservices/list-blobs */
export function toQuery({
  prefix,
  startFrom,
  marker,
  include = {},
  pageSize = LARGEST_PAGE,
}: Listing): string {
  const datasets = (['copy', 'metadata', 'permissions', 'snapshots', 'tags'] as const).filter(
    (each) => include[each],
  );
  return Object.entries({
    restype: 'container',
    comp: 'list',
    prefix,
    startFrom,
    marker,
    maxresults: pageSize,
    include: datasets.join(),
  })
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
}
