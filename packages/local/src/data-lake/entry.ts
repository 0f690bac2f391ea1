import type { BlobDocument, BlockDocument, Collection, Database } from '../azurite/azurite-model.ts';

/**
 * Properties of a path in a hierarchical account that Azurite's document lacks. Stored with that document.
 */
export interface Entry {
  /** The stored name of the parent directory; empty for the root of a container. */
  parent: string;
  /** Its own name in that directory; for a root, `account/container`. */
  segment: string;
  readonly kind: 'file' | 'directory';
  /** The API that wrote the content: blocks of one cannot be added to content of the other. */
  writer: 'blob' | 'path';
  owner: string;
  group: string;
  /** Access and default entries, in the form of `x-ms-acl`. */
  acl: string;
  /** The sticky bit, which no entry of the list can express. */
  sticky: boolean;
}

/** A file or directory. Its `name` is an id that never changes; only its entry says where it is. */
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

/** The segments of a path; leading, trailing and doubled slashes are ignored. */
export function toSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Its path in its container, without slashes at the ends; empty for the root. */
export function pathOf(node: Node): string {
  const segments: string[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) segments.unshift(at.document.entry.segment);
  return segments.join('/');
}

/** Azurite's stored documents by their stored names, the ids, bypassing path resolution. */
export interface Records {
  readonly all: readonly BlobDocument[];
  /** A file with its snapshots, unordered. */
  versions(name: string): readonly BlobDocument[];
  insert(document: BlobDocument): void;
  /** Marks a document as changed in place. */
  changed(document: EntryDocument): void;
  /** Removes one document. */
  removeOne(document: BlobDocument): void;
  /** Content appended to a file and not yet flushed. */
  staged(name: string): readonly BlockDocument[];
  stage(part: BlockDocument): void;
  unstage(parts: readonly BlockDocument[]): void;
  /** Deletes files and directories with their snapshots and staged content. */
  removeWithSnapshots(documents: readonly EntryDocument[]): void;
}

/** From this number of documents on, sorting the indexes again once is cheaper than keeping them sorted. */
const batch = 200;

/** Call before name resolution is installed. */
export function openRecords(database: Database): Records {
  const blobs = database.getCollection('$BLOBS_COLLECTION$');
  const blocks = database.getCollection('$BLOCKS_COLLECTION$');
  const insert = blobs.insert.bind(blobs);
  const update = blobs.update.bind(blobs);
  const remove = blobs.remove.bind(blobs);
  const byName = rawFind(blobs);
  const blocksByName = rawFind(blocks);
  const stage = blocks.insert.bind(blocks);
  const removeBlock = blocks.remove.bind(blocks);
  const staged = (name: string) => blocksByName({ blobName: name });
  const unstage = (parts: readonly BlockDocument[]) => {
    for (const part of parts) removeBlock(part);
  };
  return {
    all: blobs.data,
    versions: (name) => byName({ name }),
    insert,
    changed: update,
    removeOne: remove,
    staged,
    stage,
    unstage,
    removeWithSnapshots(documents) {
      for (const { name } of documents) unstage(staged(name));
      const gone = documents.flatMap(({ name }) => byName({ name }));
      if (gone.length >= batch) remove(gone);
      else for (const document of gone) remove(document);
    },
  };
}

function rawFind<T>(collection: Collection<T>): (query: object) => T[] {
  const chain = collection.chain.bind(collection);
  return (query) => chain().find(query).data();
}
