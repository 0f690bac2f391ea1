import type { Etag } from '../model/etag.js';
import { type BlobPath, type ContainerName, type Key, parseBlobPath } from '../model/key.js';
import type { Reading } from '../model/reading.js';
import { type Metadata, splitStamp } from '../model/stamp.js';
import type {
  BackupStore,
  CopyOutcome,
  CopyRequest,
  RestampRequest,
  WriteCondition,
  WriteOutcome,
} from '../ports/backup-store.js';
import type { ListedBlob } from '../ports/blob-reader.js';
import { type MemoryBlob, type StoredBlob, toReading } from './memory-blob.js';
import type { Schedule } from './schedule.js';

/** The name of the one way to copy that there is here. */
const ENGINE = 'memory';

/** The state of an account, as far as its ports touch it. */
interface AccountState {
  readonly containers: ReadonlyMap<
    ContainerName,
    { readonly metadata: Metadata; readonly blobs: ReadonlyMap<BlobPath, StoredBlob> }
  >;
  put(key: Key, blob: MemoryBlob): Etag;
  peek(key: Key): StoredBlob | undefined;
  amend(key: Key, change: Pick<MemoryBlob, 'tier' | 'tags'>): boolean;
  remove(key: Key): boolean;
  addContainer(container: ContainerName, metadata?: Metadata): void;
}

/**
 * The ports over the state of an account. Where a service needs several requests or works in stages, so does this,
 * with a call of its own for each: what another client does in between is what a real one could do.
 */
export function createMemoryPorts(
  account: string,
  state: AccountState,
  schedule: Schedule,
  peekSource: (key: Key) => StoredBlob | undefined,
): BackupStore {
  function read(key: Key): Reading {
    const blob = state.peek(key);
    if (blob !== undefined) return toReading(blob);
    return { present: false, container: state.containers.has(key.container) ? 'exists' : 'missing' };
  }

  function holds(key: Key, condition: WriteCondition): boolean {
    const now = state.peek(key);
    return 'nothingThere' in condition ? now === undefined : now?.etag === condition.ifMatch;
  }

  /** One request in two stages: the source is read under its ETag first, and the write commits some time later. */
  async function copy(request: CopyRequest): Promise<CopyOutcome> {
    const { key, from: at = key, source: pinned, metadata, condition, tier, tags } = request;
    const from = await schedule(`${account}.copy-read`, key, () => peekSource(at));
    if (from?.etag !== pinned.etag) return { outcome: 'source-moved', engine: ENGINE };
    return await schedule(`${account}.copy`, key, () => {
      if (!state.containers.has(key.container) || !holds(key, condition))
        return { outcome: 'backup-moved', engine: ENGINE };
      const { tier: _tier, ...content } = from;
      state.put(key, { ...content, metadata, tags, ...(tier !== undefined && { tier }) });
      return { outcome: 'written', engine: ENGINE };
    });
  }

  /** Headers and metadata are two requests, as on Azure. The stamp comes last, so that half a restamp is still stale. */
  async function restamp({
    key,
    headers,
    contentMd5,
    metadata,
    ifMatch,
  }: RestampRequest): Promise<WriteOutcome> {
    let expected = ifMatch;
    if (headers !== undefined) {
      const etag = await schedule(`${account}.set-headers`, key, () => {
        const blob = state.peek(key);
        if (blob?.etag !== expected) return undefined;
        return state.put(key, { ...blob, headers, ...(contentMd5 !== undefined && { contentMd5 }) });
      });
      if (etag === undefined) return { outcome: 'backup-moved' };
      expected = etag;
    }
    return await schedule(`${account}.restamp`, key, () => {
      const blob = state.peek(key);
      if (blob?.etag !== expected) return { outcome: 'backup-moved' };
      state.put(key, { ...blob, metadata });
      return { outcome: 'written' };
    });
  }

  function remove(key: Key, ifMatch: Etag): WriteOutcome {
    if (state.peek(key)?.etag !== ifMatch) return { outcome: 'backup-moved' };
    state.remove(key);
    return { outcome: 'written' };
  }

  function amend(key: Key, change: Pick<MemoryBlob, 'tier' | 'tags'>): WriteOutcome {
    return { outcome: state.amend(key, change) ? 'written' : 'backup-moved' };
  }

  return {
    account,
    read: (key) => schedule(`${account}.read`, key, () => read(key)),
    readTags: (key) => schedule(`${account}.readTags`, key, () => state.peek(key)?.tags ?? {}),
    copy,
    restamp,
    setTier: (key, tier) => schedule(`${account}.setTier`, key, () => amend(key, { tier })),
    setTags: (key, tags) => schedule(`${account}.setTags`, key, () => amend(key, { tags })),
    delete: (key, ifMatch) => schedule(`${account}.delete`, key, () => remove(key, ifMatch)),
    createContainer: (container, metadata) =>
      schedule(`${account}.createContainer`, undefined, () => state.addContainer(container, metadata)),
    readContainer: (container) =>
      schedule(`${account}.readContainer`, undefined, () => state.containers.get(container)?.metadata),
    listContainers: async function* () {
      yield await schedule(`${account}.listContainers`, undefined, () =>
        [...state.containers.keys()].toSorted(),
      );
    },
    listBlobs: async function* (container, { prefix = '', after } = {}) {
      yield await schedule(`${account}.listBlobs`, undefined, () =>
        [...(state.containers.get(container)?.blobs ?? [])]
          .filter(([path]) => path.startsWith(prefix) && (after === undefined || path > after))
          .map(toListed)
          .toSorted(byPath),
      );
    },
  };
}

function toListed([path, blob]: [BlobPath, StoredBlob]): ListedBlob {
  return { path: parseBlobPath(path), etag: blob.etag, stamp: splitStamp(blob.metadata ?? {}).stamp };
}

function byPath(a: ListedBlob, b: ListedBlob): number {
  return a.path < b.path ? -1 : 1;
}
