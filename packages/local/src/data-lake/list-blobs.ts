import type { BlobDocument } from '../azurite/azurite-model.ts';
import { type Node, type Records, isDirectory, pathOf, toSegments } from './entry.ts';
import { type Namespace, PathConflict } from './namespace.ts';
import { toPermissions } from './acl.ts';
import { walk } from './walk.ts';

export interface BlobListing {
  readonly prefix: string;
  /** Does not descend into directories. */
  readonly hierarchical: boolean;
  readonly maxResults: number;
  /** The last path of the previous page, or empty. */
  readonly marker: string;
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
  readonly blobs: readonly BlobDocument[];
  readonly prefixes: readonly { readonly name: string }[];
  /** Empty after the last page. */
  readonly marker: string;
}

/**
 * List Blobs of a hierarchical account: directories are listed as blobs, or as prefixes when there is a
 * delimiter, empty ones too.
 *
 * @throws PathConflict for a prefix that has a file as a directory
 */
export function listBlobs(
  namespace: Namespace,
  records: Records,
  account: string,
  container: string,
  listing: BlobListing,
): BlobPage {
  const slash = listing.prefix.lastIndexOf('/') + 1;
  const segments = toSegments(listing.prefix.slice(0, slash));
  for (const depth of segments.keys()) {
    const node = namespace.find(account, container, segments.slice(0, depth + 1).join('/'));
    if (node !== undefined && !isDirectory(node)) throw new PathConflict();
  }
  const directory = namespace.find(account, container, segments.join('/'));
  const blobs: BlobDocument[] = [];
  const prefixes: { name: string }[] = [];
  const page = (marker: string): BlobPage => ({ blobs, prefixes, marker });
  if (directory === undefined) return page('');

  let last = '';
  for (const node of walk(directory, {
    recursive: !listing.hierarchical,
    prefix: listing.prefix.slice(slash),
    ...(listing.marker !== '' && { after: listing.marker }),
    ...(listing.startFrom !== undefined && { from: listing.startFrom }),
  })) {
    if (!listing.kinds.includes(node.document.entry.kind)) continue;
    if (blobs.length + prefixes.length >= listing.maxResults) return page(last);
    last = pathOf(node);
    if (listing.hierarchical && isDirectory(node)) prefixes.push({ name: `${last}/` });
    else
      blobs.push(
        ...versionsOf(node, records, listing).map((document) => toListed(document, node, last, listing)),
      );
  }
  return page('');
}

function toListed(
  document: BlobDocument,
  { document: { entry } }: Node,
  path: string,
  { permissions }: BlobListing,
): BlobDocument {
  const { kind, owner, group, acl } = entry;
  const access = permissions ? { owner, group, permissions: toPermissions(entry), acl } : {};
  return { ...document, name: path, properties: { ...document.properties, resourceType: kind, ...access } };
}

function versionsOf(node: Node, records: Records, listing: BlobListing): readonly BlobDocument[] {
  const versions = listing.snapshots
    ? // The blob itself comes after its snapshots.
      [...records.versions(node.document.name)].toSorted((left, right) => (rank(left) < rank(right) ? -1 : 1))
    : [node.document];
  return versions.filter(({ isCommitted }) => isCommitted || listing.uncommitted);
}

function rank({ snapshot }: BlobDocument): string {
  return snapshot === '' ? '~' : snapshot;
}
