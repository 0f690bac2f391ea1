import type { BlobDocument } from '../storage/azurite-model.ts';

/** What a hierarchical account knows of a path besides what Azurite's document says. Kept with that document. */
export interface Entry {
  /** The stored name of the directory it is in; empty for the root of a container. */
  parent: string;
  /** Its own name in that directory; for a root, `account/container`. */
  segment: string;
  readonly kind: 'file' | 'directory';
  /** Which API wrote the content: blocks of the one cannot be added to those of the other. */
  writer: 'blob' | 'path';
  owner: string;
  group: string;
  /** Access and default entries, as `x-ms-acl` has them. */
  acl: string;
  /** The sticky bit, which no entry of the list can tell. */
  sticky: boolean;
}

/** A file or directory. Its `name` is an id that never changes; where it is, only its entry says. */
export type EntryDocument = BlobDocument & { entry: Entry };

/** A place in the tree. A directory has children, a file has none. */
export interface Node {
  document: EntryDocument;
  parent: Node | undefined;
  readonly children: Map<string, Node> | undefined;
  /** The children in listing order, until the next change. */
  sorted: readonly Node[] | undefined;
}

export function isEntryDocument(document: BlobDocument): document is EntryDocument {
  return 'entry' in document && document.snapshot === '';
}

export function isDirectory(node: Node): node is Node & { children: Map<string, Node> } {
  return node.children !== undefined;
}

/** The segments of a path; slashes at its ends and doubled ones mean nothing. */
export function toSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Its path in its container, without slashes at the ends; empty for the root. */
export function pathOf(node: Node): string {
  const segments: string[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) segments.unshift(at.document.entry.segment);
  return segments.join('/');
}
