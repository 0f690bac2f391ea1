import { newETag } from '../azurite/azurite.ts';
import type { Blob, PathAccess, StoredBlob } from '../store/blob.ts';
import type { Blobs, Known, Place } from '../store/blobs.ts';
import type { Paths } from '../store/flat-paths.ts';
import type { Store } from '../store/open-store.ts';
import { defaultAccess } from './access.ts';
import { PathConflict } from './path-error.ts';

/**
 * The tree of a hierarchical account: turns a path into a place, one step of an index for each segment.
 *
 * A file or directory is a row with its name and the id of its directory, so moving a directory changes one row,
 * however much is below it, and never reads the ETags and times below it. Nothing of the tree is in memory.
 *
 * No method awaits, and what changes several rows is one transaction, or part of the caller's: a refusal after some
 * directories were made leaves none of them.
 */

/** A file or directory. Its `name` is its path in its container, without slashes at the ends; empty for the root. */
export interface Node extends StoredBlob {
  access: PathAccess;
}

export class Namespace implements Paths {
  readonly #store: Store;
  readonly #blobs: Blobs;
  readonly #now: () => number;

  /** @param now the clock by which directories are dated */
  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
    this.#blobs = store.blobs;
  }

  /** What is at a path; for an empty path the root. Undefined when there is no such container. */
  node(account: string, container: string, path: string): Node | undefined {
    const place = this.find(account, container, path);
    const known = { accountName: account, containerName: container };
    const blob = place && this.#blobs.find(place, known, toSegments(path).join('/'));
    return blob && toNode(blob);
  }

  find(account: string, container: string, path: string): Place | undefined {
    const root = this.#store.containers.root(account, container);
    if (root === undefined) return undefined;
    const segments = toSegments(path);
    const segment = segments.pop();
    if (segment === undefined) return this.#blobs.placeOf(root);
    const { id, depth } = this.#descend(root, segments);
    return depth === segments.length ? { parent: id, segment } : undefined;
  }

  /** @throws PathConflict when there is a directory at the path, or a file in place of one of its directories */
  make(account: string, container: string, path: string): Place {
    const segments = toSegments(path);
    const segment = segments.pop();
    if (segment === undefined) throw new PathConflict('the root is there');
    return this.#store.write(() => {
      const parent = this.makeDirectory(account, container, segments.join('/'));
      if (this.#blobs.child(parent.id, segment)?.isDirectory === true)
        throw new PathConflict('there is a directory');
      return { parent: parent.id, segment, access: defaultAccess(parent.access, 'file') };
    });
  }

  /** The directory at a path; the root for an empty path. @throws PathConflict for a file in place of one of them */
  directory(account: string, container: string, path: string): Node | undefined {
    const segments = toSegments(path);
    const above = this.#nearest(account, container, segments);
    return above.depth === segments.length ? above.node : undefined;
  }

  /** The directory at a path or, if there is none, the nearest one above it. @throws PathConflict */
  nearestDirectory(account: string, container: string, path: string): Node {
    return this.#nearest(account, container, toSegments(path)).node;
  }

  /**
   * The directory at a path, created with its missing parents; the root for an empty path.
   *
   * @throws PathConflict
   */
  makeDirectory(account: string, container: string, path: string): Node {
    const segments = toSegments(path);
    return this.#store.write(() => {
      const above = this.#nearest(account, container, segments);
      let { node } = above;
      for (const segment of segments.slice(above.depth)) node = this.#addDirectory(node, segment);
      return node;
    });
  }

  hasChildren({ id }: Node): boolean {
    return this.#blobs.hasChildren(id);
  }

  /** Whether a node is the directory or somewhere below it. */
  isWithin(node: Node, directory: Node): boolean {
    for (let id: number | undefined = node.id; id !== undefined; id = this.#blobs.placeOf(id)?.parent)
      if (id === directory.id) return true;
    return false;
  }

  /** Moves a node, with its snapshots and everything below it, to a free place. */
  move(node: Node, parent: Node, segment: string): void {
    this.#blobs.move(node.id, node, { parent: parent.id, segment });
    Object.assign(node, { parent: parent.id, segment });
  }

  /** Saves a change of a node. */
  changed(node: Node): void {
    this.#blobs.update(node);
  }

  /** The last of the directories that is there. @throws PathConflict for a file in place of the next one */
  #nearest(account: string, container: string, segments: readonly string[]): { node: Node; depth: number } {
    const root = this.#store.containers.root(account, container);
    if (root === undefined) throw new Error(`there is no container ${container}`);
    const { id, depth, file } = this.#descend(root, segments);
    if (file !== undefined) throw new PathConflict(`${file} is a file`);
    const known = { accountName: account, containerName: container };
    const blob = this.#blobs.byId(id, known, segments.slice(0, depth).join('/'));
    if (blob === undefined) throw new Error(`the directory ${id} is gone`);
    return { node: toNode(blob), depth };
  }

  /** The last directory that is there, its depth, and the name of a file that is in place of the next one. */
  #descend(root: number, segments: readonly string[]): { id: number; depth: number; file?: string } {
    let id = root;
    for (const [depth, segment] of segments.entries()) {
      const child = this.#blobs.child(id, segment);
      if (child === undefined) return { id, depth };
      if (!child.isDirectory) return { id, depth, file: segment };
      ({ id } = child);
    }
    return { id, depth: segments.length };
  }

  #addDirectory(parent: Node, segment: string): Node {
    const name = parent.name === '' ? segment : `${parent.name}/${segment}`;
    const access = defaultAccess(parent.access, 'directory');
    const directory = toDirectory(parent, name, access, new Date(this.#now()));
    return toNode(this.#blobs.insert(directory, { parent: parent.id, segment }));
  }
}

/** The segments of a path; leading, trailing and doubled slashes are ignored. */
export function toSegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The root of a container may have been stored without access. */
export function toNode(blob: StoredBlob): Node {
  blob.access ??= defaultAccess(undefined, blob.kind);
  return blob as Node;
}

/** A new directory: a blob without content, with Azure's marker for clients of the Blob API. */
function toDirectory(
  { accountName, containerName }: Known,
  name: string,
  access: PathAccess,
  now: Date,
): Blob {
  return {
    accountName,
    containerName,
    name,
    snapshot: '',
    isCommitted: true,
    kind: 'directory',
    writer: 'path',
    access,
    metadata: { hdi_isfolder: 'true' },
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
