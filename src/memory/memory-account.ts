/**
 * The ports in memory, for tests that must choose the order of every step. It is held to the same contract suite as
 * the ports on Azure, so what is proven here holds there. Never used to mirror anything real.
 */
import { type Etag, parseEtag } from '../model/etag.js';
import { type BlobPath, type ContainerName, type Key, parseBlobPath } from '../model/key.js';
import type { BlobKind, BlobPresent, ContentHeaders, Reading } from '../model/reading.js';
import { type Metadata, splitStamp } from '../model/stamp.js';
import type {
  BackupStore,
  CopyRequest,
  RestampRequest,
  WriteCondition,
  WriteOutcome,
} from '../ports/backup-store.js';
import type { ListedBlob } from '../ports/blob-reader.js';

export interface MemoryBlob {
  readonly content: string;
  readonly contentMd5?: string;
  readonly headers?: ContentHeaders;
  readonly metadata?: Metadata;
  readonly kind?: BlobKind;
  readonly archived?: boolean;
}

/** Runs the effect of one port call. A test passes its own to choose the moment, or to fail before or after it. */
export type Schedule = <Result>(call: string, key: Key | undefined, effect: () => Result) => Promise<Result>;

const immediately: Schedule = async (_call, _key, effect) => {
  await Promise.resolve();
  return effect();
};

type StoredBlob = MemoryBlob & { readonly etag: Etag; readonly lastModified: Date };

let etags = 0;

/** One account. As a backup it copies from `source`. */
export function createMemoryAccount(
  account: string,
  schedule: Schedule = immediately,
  source?: MemoryAccount,
): MemoryAccount {
  const containers = new Map<string, { metadata: Metadata; blobs: Map<BlobPath, StoredBlob> }>();

  const find = (key: Key): StoredBlob | undefined => containers.get(key.container)?.blobs.get(key.path);

  function put(key: Key, blob: MemoryBlob): Etag {
    const container = containers.get(key.container);
    if (container === undefined) throw new Error(`no container ${key.container}`);
    const etag = parseEtag(`0x${(++etags).toString(16).toUpperCase()}`);
    container.blobs.set(key.path, { ...blob, etag, lastModified: new Date() });
    return etag;
  }

  function holds(key: Key, condition: WriteCondition): boolean {
    const now = find(key);
    return 'nothingThere' in condition ? now === undefined : now?.etag === condition.ifMatch;
  }

  function read(key: Key): Reading {
    const blob = find(key);
    if (blob !== undefined) return toReading(blob);
    return { present: false, container: containers.has(key.container) ? 'exists' : 'missing' };
  }

  /** In two steps, as a service does it: the source is read under its ETag first, and the write commits some time later. */
  async function copy({ key, source: pinned, metadata, condition }: CopyRequest): Promise<WriteOutcome> {
    const from = await schedule(`${account}.copy-read`, key, () => source?.peek(key));
    if (from?.etag !== pinned.etag) return { outcome: 'source-moved' };
    return await schedule(`${account}.copy`, key, () => {
      if (!containers.has(key.container) || !holds(key, condition)) return { outcome: 'backup-moved' };
      put(key, { ...from, metadata });
      return { outcome: 'written' };
    });
  }

  function restamp({ key, headers, contentMd5, metadata, ifMatch }: RestampRequest): WriteOutcome {
    const blob = find(key);
    if (blob?.etag !== ifMatch) return { outcome: 'backup-moved' };
    put(key, {
      ...blob,
      ...(headers && { headers }),
      metadata,
      ...(contentMd5 !== undefined && { contentMd5 }),
    });
    return { outcome: 'written' };
  }

  function remove(key: Key, ifMatch: Etag): WriteOutcome {
    if (find(key)?.etag !== ifMatch) return { outcome: 'backup-moved' };
    containers.get(key.container)?.blobs.delete(key.path);
    return { outcome: 'written' };
  }

  function createContainer(container: ContainerName, metadata: Metadata = {}): void {
    if (!containers.has(container)) containers.set(container, { metadata, blobs: new Map() });
  }

  return {
    account,
    put,
    peek: find,
    remove: (key) => containers.get(key.container)?.blobs.delete(key.path) ?? false,
    addContainer: createContainer,
    dropContainer: (container) => containers.delete(container),

    read: async (key) => await schedule(`${account}.read`, key, () => read(key)),
    copy,
    restamp: async (request) => await schedule(`${account}.restamp`, request.key, () => restamp(request)),
    delete: async (key, ifMatch) => await schedule(`${account}.delete`, key, () => remove(key, ifMatch)),
    createContainer: async (container, metadata) => {
      await schedule(`${account}.createContainer`, undefined, () => createContainer(container, metadata));
    },
    readContainer: async (container) =>
      await schedule(`${account}.readContainer`, undefined, () => containers.get(container)?.metadata),
    listContainers: async function* () {
      yield await schedule(
        `${account}.listContainers`,
        undefined,
        () => [...containers.keys()].toSorted() as ContainerName[],
      );
    },
    listBlobs: async function* (container) {
      yield await schedule(`${account}.listBlobs`, undefined, () =>
        [...(containers.get(container)?.blobs ?? [])].map(toListed).toSorted(byPath),
      );
    },
  };
}

export interface MemoryAccount extends BackupStore {
  /** What a user's write does, at once. Returns the new ETag. */
  put(key: Key, blob: MemoryBlob): Etag;
  peek(key: Key): (MemoryBlob & { readonly etag: Etag }) | undefined;
  remove(key: Key): boolean;
  addContainer(container: ContainerName, metadata?: Metadata): void;
  dropContainer(container: ContainerName): boolean;
}

function toReading(blob: StoredBlob): BlobPresent {
  return {
    present: true,
    etag: blob.etag,
    lastModified: blob.lastModified,
    size: blob.content.length,
    kind: blob.kind ?? 'block',
    contentMd5: blob.contentMd5,
    headers: blob.headers ?? {},
    ...splitStamp(blob.metadata ?? {}),
    archived: blob.archived ?? false,
  };
}

function toListed([path, blob]: [BlobPath, StoredBlob]): ListedBlob {
  return { path: parseBlobPath(path), etag: blob.etag, stamp: splitStamp(blob.metadata ?? {}).stamp };
}

function byPath(a: ListedBlob, b: ListedBlob): number {
  return a.path < b.path ? -1 : 1;
}
