import type { BlobDocument } from '../storage/azurite-model.js';
import { type Node, isDirectory, pathOf } from './entry.js';
import type { Namespace } from './namespace.js';
import type { Records } from './records.js';
import { walk } from './walk.js';

export interface BlobListing {
  readonly prefix: string;
  /** Stops at directories. */
  readonly hierarchical: boolean;
  readonly maxResults: number;
  /** The last path of the page before, or nothing. */
  readonly marker: string;
  readonly startFrom: string | undefined;
  readonly snapshots: boolean;
  readonly uncommitted: boolean;
}

export interface BlobPage {
  /** With their paths as names. */
  readonly blobs: readonly BlobDocument[];
  readonly prefixes: readonly { readonly name: string }[];
  /** Empty at the end. */
  readonly marker: string;
}

/**
 * List Blobs of a hierarchical account: directories are blobs among the others, or prefixes when there is a
 * delimiter, empty ones too.
 */
export function listBlobs(
  namespace: Namespace,
  records: Records,
  account: string,
  container: string,
  listing: BlobListing,
): BlobPage {
  const slash = listing.prefix.lastIndexOf('/') + 1;
  const directory = namespace.find(account, container, listing.prefix.slice(0, slash));
  const blobs: BlobDocument[] = [];
  const prefixes: { name: string }[] = [];
  const page = (marker: string): BlobPage => ({ blobs, prefixes, marker });
  if (directory === undefined || !isDirectory(directory)) return page('');

  let last = '';
  for (const node of walk(directory, {
    recursive: !listing.hierarchical,
    prefix: listing.prefix.slice(slash),
    ...(listing.marker !== '' && { after: listing.marker }),
    ...(listing.startFrom !== undefined && { from: listing.startFrom }),
  })) {
    if (blobs.length + prefixes.length >= listing.maxResults) return page(last);
    last = pathOf(node);
    if (listing.hierarchical && isDirectory(node)) prefixes.push({ name: `${last}/` });
    else blobs.push(...versionsOf(node, records, listing).map((document) => toListed(document, node, last)));
  }
  return page('');
}

function toListed(document: BlobDocument, node: Node, path: string): BlobDocument {
  const resourceType = node.document.entry.kind;
  return { ...document, name: path, properties: { ...document.properties, resourceType } };
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
