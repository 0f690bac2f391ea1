import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Metadata } from '../model/stamp.ts';
import type { MemoryBlob, StoredBlob } from './memory-blob.ts';
import { type AccountKind, MemoryContainer } from './memory-container.ts';
import type { MemoryDirectory } from './memory-directory.ts';
import { isStoredDirectory, type MemoryEntry } from './memory-entry.ts';

/** What an account holds, and what its users do to it: everything happens at once. */
export class MemoryState {
  readonly kind: AccountKind;
  readonly containers = new Map<ContainerName, MemoryContainer>();
  readonly now: () => Date;
  readonly nextEtag: () => Etag;

  constructor(kind: AccountKind, nextEtag: () => Etag, now: () => Date) {
    this.kind = kind;
    this.nextEtag = nextEtag;
    this.now = now;
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
    return this.containerOf(key).putFile(key.path, blob);
  }

  makeDirectory(key: Key, directory?: MemoryDirectory): Etag {
    return this.containerOf(key).putDirectory(key.path, directory);
  }

  amend(key: Key, change: Pick<StoredBlob, 'tier' | 'tags' | 'access' | 'snapshots'>): boolean {
    return this.containers.get(key.container)?.amend(key.path, change) ?? false;
  }

  /** False when the container is not there. */
  permitRoot(container: ContainerName, access: Access): boolean {
    const there = this.containers.get(container);
    if (there !== undefined) there.rootAccess = access;
    return there !== undefined;
  }

  /** With all that is below it. False when nothing is there. */
  removeTree({ container, path }: Key): boolean {
    return (this.containers.get(container)?.removeTree(path).size ?? 0) > 0;
  }

  /** False for what a service would refuse. */
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
