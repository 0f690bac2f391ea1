import type { Blob } from '../store/blob.ts';
import type { Listing } from '../store/listing.ts';
import { toPermissions } from './acl.ts';
import type { Namespace, Node } from './namespace.ts';
import { toContinuation, walk } from './walk.ts';

export interface BlobListing {
  readonly prefix: string;
  /** Does not descend into directories. */
  readonly hierarchical: boolean;
  readonly maxResults: number;
  /** The last path of the previous page; undefined for the first page. */
  readonly after: string | undefined;
  readonly startFrom: string | undefined;
  readonly snapshots: boolean;
  readonly uncommitted: boolean;
  /** With owner, group, permissions and access control list. */
  readonly permissions: boolean;
  /** Lists only this kind. */
  readonly kinds: readonly ('file' | 'directory')[];
}

export interface BlobPage {
  /** With their paths as names. */
  readonly blobs: readonly Blob[];
  readonly prefixes: readonly { readonly name: string }[];
  /** Empty after the last page. */
  readonly marker: string;
}

/**
 * List Blobs of a hierarchical account: directories are listed as blobs, or as prefixes when there is a
 * delimiter, empty ones too. A file and its snapshots are on one page.
 *
 * @throws PathConflict for a prefix that has a file as a directory
 */
export function listBlobs(
  namespace: Namespace,
  rows: Listing,
  account: string,
  container: string,
  listing: BlobListing,
): BlobPage {
  const slash = listing.prefix.lastIndexOf('/') + 1;
  const blobs: Blob[] = [];
  const prefixes: { name: string }[] = [];
  const page = (marker: string): BlobPage => ({ blobs, prefixes, marker });
  const directory = namespace.directory(account, container, listing.prefix.slice(0, slash));
  if (directory === undefined) return page('');

  const { after, startFrom } = listing;
  let last = '';
  for (const node of walk(rows, directory, {
    recursive: !listing.hierarchical,
    prefix: listing.prefix.slice(slash),
    snapshots: listing.snapshots,
    ...(after !== undefined && { after }),
    ...(startFrom !== undefined && { from: startFrom }),
  })) {
    if (!listing.kinds.includes(node.kind) || !(node.isCommitted || listing.uncommitted)) continue;
    if (node.name !== last && blobs.length + prefixes.length >= listing.maxResults)
      return page(toContinuation(last));
    last = node.name;
    if (listing.hierarchical && node.kind === 'directory') prefixes.push({ name: `${last}/` });
    else blobs.push(toListed(node, listing));
  }
  return page('');
}

/** With what only listings tell. Changes the node. */
function toListed(node: Node, { permissions }: BlobListing): Blob {
  const { kind, access, properties } = node;
  properties.resourceType = kind;
  if (permissions) {
    const { owner, group, acl } = access;
    Object.assign(properties, { owner, group, permissions: toPermissions(access), acl });
  }
  return node;
}
