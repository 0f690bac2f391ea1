import type { Access } from '../../src/model/access.ts';
import type { Etag } from '../../src/model/etag.ts';
import { type BlobPath, type ContainerName, type Key, keyText } from '../../src/model/key.ts';
import type { Metadata } from '../../src/model/stamp.ts';
import type { WriteCondition } from '../../src/ports/write-outcome.ts';
import {
  type MemoryBlob,
  type MemoryDirectory,
  type MemoryEntry,
  NEW_ACCESS,
  type StoredBlob,
  isStoredDirectory,
} from './memory-entry.ts';

export type AccountKind = 'flat' | 'hierarchical';

/** A state of a blob that the account has kept since it was written. */
export interface StoredVersion {
  readonly blob: StoredBlob;
  readonly writtenAt: Date;
  readonly createdAt: Date;
}

/** What a write gives to what it wrote. */
interface Version {
  readonly etag: Etag;
  readonly lastModified: Date;
}

/**
 * The content of a container. On a hierarchical account it is a tree: directories are entries of their own
 * and are created above what is written, a file never has anything below it, and a rename moves everything
 * below and keeps every ETag. What the service would refuse throws here, so callers check first.
 */
export class MemoryContainer {
  readonly metadata: Metadata;
  /** Of the root directory, on a hierarchical account. */
  rootAccess: Access = NEW_ACCESS.directory;
  readonly #kind: AccountKind;
  readonly #version: () => Version;
  readonly #entries = new Map<BlobPath, MemoryEntry>();

  constructor(metadata: Metadata, kind: AccountKind, version: () => Version) {
    this.metadata = metadata;
    this.#kind = kind;
    this.#version = version;
  }

  get blobs(): ReadonlyMap<BlobPath, MemoryEntry> {
    return this.#entries;
  }

  /** Whether a file may be written there. */
  takesFile(path: BlobPath): boolean {
    if (this.#kind === 'flat') return true;
    return !isStoredDirectory(this.#entries.get(path)) && !this.#isBelowFile(path);
  }

  /** Whether a directory may be made there, or is there already. */
  takesDirectory(path: BlobPath): boolean {
    const there = this.#entries.get(path);
    if (this.#kind === 'flat') return false;
    return (there === undefined || isStoredDirectory(there)) && !this.#isBelowFile(path);
  }

  putFile(path: BlobPath, blob: MemoryBlob): Etag {
    if (!this.takesFile(path)) throw new Error(`no file can be at ${path}`);
    const version = this.#version();
    const there = this.#entries.get(path);
    const snapshots = isStoredDirectory(there) ? undefined : there?.snapshots;
    if (this.#kind === 'hierarchical') {
      this.#makeParents(path);
      const access = blob.access ?? there?.access ?? NEW_ACCESS.file;
      this.#entries.set(path, { ...blob, access, snapshots, ...version });
    } else this.#entries.set(path, { ...blob, snapshots, ...version });
    return version.etag;
  }

  /** An existing directory keeps its content. */
  putDirectory(path: BlobPath, { metadata = {}, access }: MemoryDirectory = {}): Etag {
    if (!this.takesDirectory(path)) throw new Error(`no directory can be at ${path}`);
    this.#makeParents(path);
    const version = this.#version();
    const given = access ?? this.#entries.get(path)?.access ?? NEW_ACCESS.directory;
    this.#entries.set(path, { isDirectory: true, metadata, access: given, ...version });
    return version.etag;
  }

  /** Changes what no ETag covers. False when nothing is there. */
  amend(
    path: BlobPath,
    change: Pick<StoredBlob, 'tier' | 'tags' | 'access' | 'snapshots' | 'isLeased'>,
  ): boolean {
    const there = this.#entries.get(path);
    if (there !== undefined) this.#entries.set(path, { ...there, ...change });
    return there !== undefined;
  }

  /** Removes an entry with everything below it, and returns it by path. */
  removeTree(path: BlobPath): ReadonlyMap<BlobPath, MemoryEntry> {
    const taken = new Map([...this.#entries].filter(([other]) => other === path || isBelow(other, path)));
    for (const other of taken.keys()) this.#entries.delete(other);
    return taken;
  }

  isEmpty(directory: BlobPath): boolean {
    return ![...this.#entries.keys()].some((path) => isBelow(path, directory));
  }

  /**
   * Whether an entry may be renamed to another path: into an existing directory, a file over a file, a
   * directory over an empty directory, nothing into itself.
   */
  canMove(from: BlobPath, to: BlobPath): boolean {
    const moved = this.#entries.get(from);
    const replaced = this.#entries.get(to);
    const parent = parentOf(to);
    if (this.#kind === 'flat' || moved === undefined) return false;
    if (parent !== undefined && !isStoredDirectory(this.#entries.get(parent))) return false;
    if (from === to) return !isStoredDirectory(moved);
    if (isBelow(to, from)) return false;
    if (replaced === undefined) return true;
    return isStoredDirectory(moved)
      ? isStoredDirectory(replaced) && this.isEmpty(to)
      : !isStoredDirectory(replaced);
  }

  move(from: BlobPath, to: BlobPath): void {
    if (!this.canMove(from, to)) throw new Error(`${from} cannot be renamed to ${to}`);
    for (const [path, entry] of this.removeTree(from))
      this.#entries.set(`${to}${path.slice(from.length)}` as BlobPath, entry);
  }

  #isBelowFile(path: BlobPath): boolean {
    return ancestorsOf(path).some((above) => {
      const there = this.#entries.get(above);
      return there !== undefined && !isStoredDirectory(there);
    });
  }

  #makeParents(path: BlobPath): void {
    for (const above of ancestorsOf(path)) {
      if (this.#entries.has(above)) continue;
      const access = NEW_ACCESS.directory;
      this.#entries.set(above, { isDirectory: true, metadata: {}, access, ...this.#version() });
    }
  }
}

function isBelow(path: BlobPath, directory: BlobPath): boolean {
  return path.startsWith(`${directory}/`);
}

function parentOf(path: BlobPath): BlobPath | undefined {
  return ancestorsOf(path).at(-1);
}

/** From the top. */
function ancestorsOf(path: BlobPath): readonly BlobPath[] {
  const ends = [...path.matchAll(/\//g)].map(({ index }) => index);
  return ends.map((end) => path.slice(0, end) as BlobPath);
}

/** The content of an account and the acts of its users: everything happens at once. */
export class MemoryState {
  readonly kind: AccountKind;
  readonly containers = new Map<ContainerName, MemoryContainer>();
  readonly now: () => Date;
  readonly nextEtag: () => Etag;
  /** Every version of each blob, oldest first, the current one included; undefined on an account that keeps none. */
  readonly versions: Map<string, StoredVersion[]> | undefined;
  #lastMoment = 0;

  constructor(kind: AccountKind, nextEtag: () => Etag, now: () => Date, keepsVersions = false) {
    this.kind = kind;
    this.nextEtag = nextEtag;
    this.now = now;
    this.versions = keepsVersions ? new Map() : undefined;
  }

  /** A second that no other change of the account has: services give some of their times in whole seconds. */
  nextMoment(): Date {
    this.#lastMoment = Math.max(this.#lastMoment + 1000, this.now().getTime());
    return new Date(this.#lastMoment);
  }

  addContainer(container: ContainerName, metadata: Metadata = {}): void {
    if (this.containers.has(container)) return;
    const version = () => ({ etag: this.nextEtag(), lastModified: this.now() });
    this.containers.set(container, new MemoryContainer(metadata, this.kind, version));
  }

  entry({ container, path }: Key): MemoryEntry | undefined {
    return this.containers.get(container)?.blobs.get(path);
  }

  blob(key: Key): StoredBlob | undefined {
    const entry = this.entry(key);
    return entry === undefined || isStoredDirectory(entry) ? undefined : entry;
  }

  put(key: Key, blob: MemoryBlob): Etag {
    const isOverwrite = this.blob(key) !== undefined;
    const etag = this.containerOf(key).putFile(key.path, blob);
    if (this.versions !== undefined) this.#keepVersion(key, isOverwrite);
    return etag;
  }

  #keepVersion(key: Key, isOverwrite: boolean): void {
    const blob = this.blob(key);
    if (blob === undefined) return;
    const kept = this.versions?.get(keyText(key)) ?? [];
    const writtenAt = this.nextMoment();
    const createdAt = (isOverwrite ? kept.at(-1)?.createdAt : undefined) ?? writtenAt;
    this.versions?.set(keyText(key), [...kept, { blob, writtenAt, createdAt }]);
  }

  makeDirectory(key: Key, directory?: MemoryDirectory): Etag {
    return this.containerOf(key).putDirectory(key.path, directory);
  }

  amend(key: Key, change: Pick<StoredBlob, 'tier' | 'tags' | 'access' | 'snapshots' | 'isLeased'>): boolean {
    return this.containers.get(key.container)?.amend(key.path, change) ?? false;
  }

  /** False when the container does not exist. */
  permitRoot(container: ContainerName, access: Access): boolean {
    const there = this.containers.get(container);
    if (there !== undefined) there.rootAccess = access;
    return there !== undefined;
  }

  /** With everything below it. False when nothing is there. */
  removeTree({ container, path }: Key): boolean {
    return (this.containers.get(container)?.removeTree(path).size ?? 0) > 0;
  }

  /** False if a service would refuse it. */
  move(from: Key, to: Key): boolean {
    const there = this.containers.get(from.container);
    if (from.container !== to.container || !there?.canMove(from.path, to.path)) return false;
    there.move(from.path, to.path);
    return true;
  }

  containerOf({ container }: Key): MemoryContainer {
    const there = this.containers.get(container);
    if (there === undefined) throw new Error(`no container ${container}`);
    return there;
  }
}

/** Whether the current entry of a key meets the condition of a write. */
export function holds(state: MemoryState, key: Key, condition: WriteCondition): boolean {
  const now = state.entry(key);
  return 'nothingThere' in condition ? now === undefined : now?.etag === condition.ifMatch;
}
