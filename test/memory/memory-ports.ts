import type { Etag } from '../../src/model/etag.ts';
import { type BlobPath, type ContainerName, type Key, parseBlobPath, parseKey } from '../../src/model/key.ts';
import type { Reading } from '../../src/model/reading.ts';
import { RESERVED_DIRECTORY, isReserved } from '../../src/model/scope.ts';
import type {
  BackupStore,
  ComparisonOutcome,
  ComparisonRequest,
  CopyOutcome,
  CopyRequest,
  RestampRequest,
  SecureOutcome,
  Secured,
} from '../../src/ports/backup-store.ts';
import { type ListRange, type ListedBlob, toPlainPage } from '../../src/ports/blob-reader.ts';
import type { DirectoryStore } from '../../src/ports/directory-store.ts';
import type { WriteOutcome } from '../../src/ports/write-outcome.ts';
import {
  type MemoryBlob,
  type MemoryEntry,
  type StoredBlob,
  isStoredDirectory,
  toBlobReading,
  toReading,
} from './memory-entry.ts';
import { type MemoryState, holds } from './memory-state.ts';
import type { Schedule } from './schedule.ts';

/** The name of the only engine here. */
const ENGINE = 'memory';
const LEASED = { kind: 'refused', reason: 'backup-leased' } as const;
/** Number of characters that are compared at a time. */
const PIECE = 8 * 1024 * 1024;

/**
 * The ports over the state of an account, except those of directories. Where a service needs several requests
 * or works in stages, so does this, with a call of its own for each, so that other clients can act in between
 * as real ones could.
 */
export function createMemoryPorts(
  account: string,
  state: MemoryState,
  schedule: Schedule,
  peekSource: (key: Key) => StoredBlob | undefined,
): Omit<BackupStore, keyof DirectoryStore | 'readRootAccess'> {
  function read(key: Key): Reading {
    const entry = state.entry(key);
    if (entry !== undefined) return toReading(entry, state.now());
    return { present: false, container: state.containers.has(key.container) ? 'exists' : 'missing' };
  }

  /** One request in two stages: the source is read under its ETag first, and the write commits some time later. */
  async function copy(request: CopyRequest): Promise<CopyOutcome> {
    const { key, from: at = key, source: pinned, condition } = request;
    const from = await schedule(`${account}.copy-read`, key, () => peekSource(at));
    if (from?.etag !== pinned.etag) return { kind: 'source-precondition-failed', engine: ENGINE };
    return await schedule(`${account}.copy`, key, () => {
      const isPossible = state.containers.get(key.container)?.takesFile(key.path) ?? false;
      const isArchived = isArchivedBlob(state.blob(key));
      if (!isPossible || isArchived || !holds(state, key, condition))
        return { kind: 'backup-precondition-failed', engine: ENGINE };
      if (state.blob(key)?.isLeased) return { ...LEASED, engine: ENGINE };
      write(key, from, request);
      return { kind: 'written', engine: ENGINE };
    });
  }

  /** Staged as a copy is, in two stages. The same path for every worker: the second one finds it there. */
  async function secure(request: CopyRequest): Promise<SecureOutcome> {
    const { key, source: pinned } = request;
    const at = stagingKey(key, pinned.etag);
    const from = await schedule(`${account}.copy-read`, key, () => peekSource(request.from ?? key));
    if (from?.etag !== pinned.etag) return { kind: 'source-precondition-failed', engine: ENGINE };
    return await schedule(`${account}.secure`, key, () => {
      if (!state.containers.has(key.container)) return { kind: 'backup-precondition-failed', engine: ENGINE };
      const etag = state.blob(at)?.etag ?? write(at, from, request);
      return { kind: 'secured', secured: { key: at, etag }, engine: ENGINE };
    });
  }

  /** On a flat account a copy and the removal of the staged blob; on a hierarchical one a rename. */
  async function place(request: CopyRequest, secured: Secured): Promise<WriteOutcome> {
    const { key } = request;
    const outcome = await schedule(`${account}.place`, key, (): WriteOutcome => {
      const staged = state.blob(secured.key);
      const isPossible = state.containers.get(key.container)?.takesFile(key.path) ?? false;
      if (staged?.etag !== secured.etag || !isPossible || !holds(state, key, { nothingThere: true }))
        return { kind: 'backup-precondition-failed' };
      if (state.kind === 'hierarchical')
        return { kind: state.move(secured.key, key) ? 'written' : 'backup-precondition-failed' };
      write(key, staged, request);
      return { kind: 'written' };
    });
    if (outcome.kind === 'written' && state.kind === 'flat')
      await schedule(`${account}.discard`, key, () => remove(secured.key, secured.etag));
    return outcome;
  }

  function write(key: Key, from: StoredBlob, { metadata, tags, tier }: CopyRequest): Etag {
    const { tier: _tier, access: _access, ...content } = from;
    return state.put(key, { ...content, metadata, tags, ...(tier !== undefined && { tier }) });
  }

  function restamp({ key, metadata, ifMatch }: RestampRequest): WriteOutcome {
    const entry = state.entry(key);
    if (entry?.etag !== ifMatch) return { kind: 'backup-precondition-failed' };
    if (!isStoredDirectory(entry) && isArchivedBlob(entry)) return { kind: 'backup-precondition-failed' };
    if (!isStoredDirectory(entry) && entry.isLeased) return LEASED;
    if (isStoredDirectory(entry)) state.makeDirectory(key, { metadata });
    else state.put(key, { ...entry, metadata });
    return { kind: 'written' };
  }

  /** One piece at a time, each a request of its own to both sides. */
  async function compareContent(request: ComparisonRequest): Promise<ComparisonOutcome> {
    const { key, from = key, source, backup, equal = 0, mustStop = () => false } = request;
    if (source.size !== backup.size) return { kind: 'different' };
    for (let offset = equal; offset < source.size; offset += PIECE) {
      if (offset > equal && mustStop()) return { kind: 'unfinished', equal: offset };
      const [theirs, ours] = await schedule(`${account}.compare`, key, () => [
        peekSource(from),
        state.blob(key),
      ]);
      if (theirs?.etag !== source.etag) return { kind: 'source-precondition-failed' };
      if (ours?.etag !== backup.etag) return { kind: 'backup-precondition-failed' };
      const [one, other] = [theirs, ours].map(({ content }) => content.slice(offset, offset + PIECE));
      if (one !== other) return { kind: 'different' };
    }
    return { kind: 'same' };
  }

  function remove(key: Key, ifMatch: Etag): WriteOutcome {
    const blob = state.blob(key);
    if (blob?.etag !== ifMatch) return { kind: 'backup-precondition-failed' };
    if (blob.isLeased) return LEASED;
    if ((blob.snapshots ?? 0) > 0) return { kind: 'refused', reason: 'backup-has-snapshots' };
    state.removeTree(key);
    return { kind: 'written' };
  }

  function amend(key: Key, change: Pick<MemoryBlob, 'tier' | 'tags'>): WriteOutcome {
    if (state.blob(key)?.isLeased) return LEASED;
    const isDone = state.blob(key) !== undefined && state.amend(key, change);
    return { kind: isDone ? 'written' : 'backup-precondition-failed' };
  }

  return {
    account,
    read: (key) => schedule(`${account}.read`, key, () => read(key)),
    readTags: (key) => schedule(`${account}.readTags`, key, () => state.blob(key)?.tags ?? {}),
    copy,
    compareContent,
    secure,
    place,
    restamp: (request) => schedule(`${account}.restamp`, request.key, () => restamp(request)),
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
    listBlobs: async function* (container, range) {
      yield await schedule(`${account}.listBlobs`, undefined, () =>
        toPlainPage(listEntries(state, container, range)),
      );
    },
  };
}

function stagingKey({ container, path }: Key, etag: Etag): Key {
  return parseKey(container, `${RESERVED_DIRECTORY}/staging/${encodeURIComponent(path)}-${etag}`);
}

/** It cannot be overwritten, and its metadata cannot change. */
function isArchivedBlob(blob: StoredBlob | undefined): boolean {
  return blob !== undefined && (blob.archived ?? blob.tier === 'Archive');
}

/**
 * A listing. A hierarchical account lists in tree order, as if the slash sorted first: a directory is
 * followed by its content, and that by the directory's longer-named neighbours. Trash and staging are not
 * listed.
 */
function listEntries(
  { kind, containers }: MemoryState,
  container: ContainerName,
  { prefix = '', from, after, snapshots = false }: ListRange = {},
): readonly ListedBlob[] {
  const isTree = kind === 'hierarchical';
  const rank = (path: string): string => (isTree ? path.replaceAll('/', '\0') : path);
  const isWithin = (path: string): boolean =>
    after === undefined ? from === undefined || rank(path) >= rank(from) : rank(path) > rank(after);
  return [...(containers.get(container)?.blobs ?? [])]
    .filter(([path]) => path.startsWith(prefix) && isWithin(path))
    .filter(([path]) => !isReserved(path))
    .toSorted(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
    .flatMap((entry) => [...(snapshots ? snapshotsOf(entry) : []), toListed(entry)]);
}

function snapshotsOf([path, entry]: [BlobPath, MemoryEntry]): readonly ListedBlob[] {
  const length = isStoredDirectory(entry) ? 0 : (entry.snapshots ?? 0);
  return Array.from({ length }, () => ({ ...toListed([path, entry]), isSnapshot: true }));
}

function toListed([path, entry]: [BlobPath, MemoryEntry]): ListedBlob {
  const { etag, metadata = {}, access } = entry;
  const listed = { path: parseBlobPath(path), etag, access };
  if (isStoredDirectory(entry)) {
    const reading = () => undefined;
    return {
      ...listed,
      isDirectory: true,
      isBlockBlob: false,
      bytes: 0,
      stamp: undefined,
      tier: undefined,
      metadata,
      reading,
    };
  }
  const reading = toBlobReading(entry);
  const { kind, tier, stamp } = reading;
  const isBlockBlob = kind === 'block';
  const tags = entry.tags ?? {};
  return {
    ...listed,
    isDirectory: false,
    isBlockBlob,
    bytes: reading.size,
    stamp,
    tier: isBlockBlob ? tier : undefined,
    tags,
    reading: () => reading,
  };
}
