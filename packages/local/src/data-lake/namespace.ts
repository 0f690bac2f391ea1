import { randomUUID } from 'node:crypto';
import type { BlobDocument } from '../azurite/azurite-model.ts';
import { newETag } from '../azurite/azurite.ts';
import { type Access, defaultAccess } from './access.ts';
import {
  type Entry,
  type EntryDocument,
  type Node,
  type Records,
  isDirectory,
  isEntryDocument,
  toSegments,
} from './entry.ts';

/**
 * The tree of a hierarchical account: the only place that knows where a file is.
 *
 * Azurite stores documents by name, and a name holds the whole path: renaming a directory would change every
 * document below it. So on hierarchical accounts a document's name is an id that never changes, and its entry
 * holds its parent directory and its name there. Directories are documents too, without content. The tree in
 * memory is an index of those entries and is never saved, so it cannot disagree with them after a crash.
 * Moving a directory changes one document, however much is below it, and never reads the ETags and times
 * below it.
 *
 * No method awaits, so every change is atomic. Nothing here may read a document's container or name as its
 * place.
 */

/** There is a file where a directory must be, or the reverse. */
export class PathConflict extends Error {}

/** A document, possibly with a part of its entry. */
export type NewDocument = BlobDocument & { entry?: Partial<Entry> };

export class Namespace {
  readonly #records: Records;
  readonly #roots = new Map<string, Node>();

  constructor(records: Records) {
    this.#records = records;
    this.#load();
  }

  /** The path's node; for an empty path the root, undefined while the container has no paths. */
  find(account: string, container: string, path: string): Node | undefined {
    let node = this.#roots.get(`${account}/${container}`);
    for (const segment of toSegments(path)) node = node?.children?.get(segment);
    return node;
  }

  /**
   * Puts a document at a path, replacing an existing file; creates missing parent directories. Members
   * missing in its entry come from that file, or else from the directory.
   *
   * @throws PathConflict
   */
  place(account: string, container: string, path: string, document: NewDocument): Node {
    const segments = toSegments(path);
    const segment = segments.pop();
    if (segment === undefined) throw new PathConflict('the root is there');
    const parent = this.#directory(account, container, segments);
    const there = parent.children?.get(segment);
    const kind = document.entry?.kind ?? 'file';
    if (there !== undefined && (isDirectory(there) || kind === 'directory'))
      throw new PathConflict('it is taken');
    const entry: Entry = {
      ...(there?.document.entry ?? defaultAccess(parent, kind)),
      writer: 'blob',
      ...document.entry,
      parent: parent.document.name,
      segment,
      kind,
    };
    const placed: EntryDocument = Object.assign(document, {
      name: there?.document.name ?? randomUUID(),
      entry,
    });
    this.#records.insert(placed);
    if (there === undefined) return this.#attach(placed, parent);
    there.document = placed;
    return there;
  }

  /**
   * The directory at a path, created with its missing parents; the root for an empty path.
   *
   * @throws PathConflict
   */
  makeDirectory(account: string, container: string, path: string): Node {
    return this.#directory(account, container, toSegments(path));
  }

  /** Moves a node with everything below it to a free place. */
  move(node: Node, parent: Node, segment: string): void {
    const { entry } = node.document;
    detach(node);
    Object.assign(entry, { parent: parent.document.name, segment });
    link(node, parent);
    this.#records.changed(node.document);
  }

  /** Removes a node and everything below it. */
  remove(node: Node): void {
    detach(node);
    this.#records.removeWithSnapshots([...below(node)].map(({ document }) => document));
  }

  removeContainer(account: string, container: string): void {
    const root = this.find(account, container, '');
    if (root === undefined) return;
    this.#roots.delete(root.document.entry.segment);
    this.remove(root);
  }

  /** Saves a change of a node's document. */
  changed(node: Node): void {
    this.#records.changed(node.document);
  }

  #directory(account: string, container: string, segments: readonly string[]): Node {
    let at = this.#root(account, container);
    // Checked before anything is created, so that a conflict changes nothing.
    let known: Node | undefined = at;
    for (const segment of segments) {
      known = known?.children?.get(segment);
      if (known !== undefined && !isDirectory(known)) throw new PathConflict(`${segment} is a file`);
    }
    for (const segment of segments) at = at.children?.get(segment) ?? this.#addDirectory(at, segment);
    return at;
  }

  #addDirectory(parent: Node, segment: string): Node {
    const { accountName, containerName } = parent.document;
    const place = { parent: parent.document.name, segment };
    const document = toDirectoryDocument(
      accountName,
      containerName,
      place,
      defaultAccess(parent, 'directory'),
    );
    this.#records.insert(document);
    return this.#attach(document, parent);
  }

  #root(account: string, container: string): Node {
    const segment = `${account}/${container}`;
    const root = this.#roots.get(segment);
    if (root !== undefined) return root;
    const access = defaultAccess(undefined, 'directory');
    const document = toDirectoryDocument(account, container, { parent: '', segment }, access);
    this.#records.insert(document);
    return this.#attach(document, undefined);
  }

  #attach(document: EntryDocument, parent: Node | undefined): Node {
    const node = toNode(document);
    if (parent === undefined) this.#roots.set(document.entry.segment, node);
    else link(node, parent);
    return node;
  }

  #load(): void {
    const documents = this.#records.all.filter(isEntryDocument);
    const nodes = new Map(documents.map((document) => [document.name, toNode(document)] as const));
    for (const node of nodes.values()) {
      const { parent, segment } = node.document.entry;
      const directory = nodes.get(parent);
      if (directory !== undefined) link(node, directory);
      else if (parent === '') this.#roots.set(segment, node);
    }
  }
}

function toNode(document: EntryDocument): Node {
  const children = document.entry.kind === 'directory' ? new Map<string, Node>() : undefined;
  return { document, parent: undefined, children, sorted: undefined };
}

function link(node: Node, parent: Node): void {
  node.parent = parent;
  parent.children?.set(node.document.entry.segment, node);
  parent.sorted = undefined;
}

function detach(node: Node): void {
  node.parent?.children?.delete(node.document.entry.segment);
  if (node.parent) node.parent.sorted = undefined;
  node.parent = undefined;
}

function* below(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children?.values() ?? []) yield* below(child);
}

/**
 * The stored document of a new directory: a blob without content, with Azure's marker for clients of the Blob
 * API.
 */
function toDirectoryDocument(
  accountName: string,
  containerName: string,
  place: Pick<Entry, 'parent' | 'segment'>,
  access: Access,
): EntryDocument {
  const now = new Date();
  return {
    accountName,
    containerName,
    name: randomUUID(),
    snapshot: '',
    deleted: false,
    isCommitted: true,
    metadata: { hdi_isfolder: 'true' },
    entry: { ...place, ...access, kind: 'directory', writer: 'path' },
    properties: {
      creationTime: now,
      lastModified: now,
      etag: newETag(),
      contentLength: 0,
      contentType: 'application/octet-stream',
      blobType: 'BlockBlob',
      leaseStatus: 'unlocked',
      leaseState: 'available',
      serverEncrypted: true,
      accessTier: 'Hot',
      accessTierInferred: true,
    },
  };
}
