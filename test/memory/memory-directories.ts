import type { Access } from '../../src/model/access.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import type { Etag } from '../../src/model/etag.ts';
import { type ContainerName, type Key, keyText, parseKey } from '../../src/model/key.ts';
import { RESERVED_DIRECTORY } from '../../src/model/scope.ts';
import type { BlobReader } from '../../src/ports/blob-reader.ts';
import type {
  AccessOutcome,
  CreateDirectoryRequest,
  DirectoryStore,
  RenameRequest,
  Trashed,
} from '../../src/ports/directory-store.ts';
import type { WriteOutcome } from '../../src/ports/write-outcome.ts';
import { isStoredDirectory } from './memory-entry.ts';
import { type MemoryState, holds } from './memory-state.ts';
import type { Schedule } from './schedule.ts';

const MOVED = { kind: 'backup-precondition-failed' } as const;
const WRITTEN = { kind: 'written' } as const;

/** The ports of directories over the state of an account: one call each, since the service does each in one step. */
export function createMemoryDirectories(
  account: string,
  state: MemoryState,
  schedule: Schedule,
): DirectoryStore & Pick<BlobReader, 'readRootAccess'> {
  const trash = new MemoryTrash(state);

  function createDirectory({ key, metadata, access }: CreateDirectoryRequest): AccessOutcome {
    const isPossible = state.containers.get(key.container)?.takesDirectory(key.path) ?? false;
    if (!isPossible || state.entry(key) !== undefined) return MOVED;
    state.makeDirectory(key, { metadata, ...(access && { access }) });
    return { kind: 'written', access: 'set' };
  }

  function rename({ from, to, ifMatch, condition }: RenameRequest): WriteOutcome {
    if (state.entry(from)?.etag !== ifMatch || !holds(state, to, condition)) return MOVED;
    return state.move(from, to) ? WRITTEN : MOVED;
  }

  function removeEmptyDirectory(key: Key, ifMatch: Etag): WriteOutcome | { readonly kind: 'not-empty' } {
    if (!isThatDirectory(key, ifMatch)) return MOVED;
    if (!state.containerOf(key).isEmpty(key.path)) return { kind: 'not-empty' };
    state.removeTree(key);
    return WRITTEN;
  }

  function moveToTrash(key: Key, ifMatch: Etag): WriteOutcome | Trashed {
    return isThatDirectory(key, ifMatch) ? { kind: 'trashed', trashed: trash.moveToTrash(key) } : MOVED;
  }

  function isThatDirectory(key: Key, etag: Etag): boolean {
    const entry = state.entry(key);
    return isStoredDirectory(entry) && entry.etag === etag;
  }

  /** A flat account has no operation for it. */
  function call<Result>(name: string, key: Key | undefined, effect: () => Result): Promise<Result> {
    return schedule(`${account}.${name}`, key, () => {
      if (state.kind === 'hierarchical') return effect();
      const at = key === undefined ? '' : ` at ${keyText(key)}`;
      throw new BlobmirrorError('storage-rejected', `${account} is flat: no ${name}${at}`);
    });
  }

  return {
    createDirectory: (request) => call('createDirectory', request.key, () => createDirectory(request)),
    setAccess: (key, access, there) =>
      call('setAccess', key, () =>
        state.amend(key, { access: withSticky(access, there, state.entry(key)?.access) })
          ? { kind: 'written', access: 'set' }
          : MOVED,
      ),
    readRootAccess: (container) =>
      call('readRootAccess', undefined, () => state.containers.get(container)?.rootAccess),
    setRootAccess: (container, access, there) =>
      call('setRootAccess', undefined, () => {
        const before = state.containers.get(container)?.rootAccess;
        const isSet = state.permitRoot(container, withSticky(access, there, before));
        return isSet ? { kind: 'written', access: 'set' } : MOVED;
      }),
    rename: (request) => call('rename', request.from, () => rename(request)),
    removeEmptyDirectory: (key, ifMatch) =>
      call('removeEmptyDirectory', key, () => removeEmptyDirectory(key, ifMatch)),
    moveToTrash: (key, ifMatch) => call('moveToTrash', key, () => moveToTrash(key, ifMatch)),
    deleteTrashed: (trashed) => call('deleteTrashed', trashed, () => void state.removeTree(trashed)),
    emptyTrash: (container) => call('emptyTrash', undefined, () => trash.empty(container)),
  };
}

/** No list includes the sticky bit: it is set or removed only where one of the two is known to have it. */
function withSticky(access: Access, there: Access | undefined, before: Access | undefined): Access {
  const isTold = [access, there].some((each) => isSticky(each));
  const { permissions } = access;
  if (isTold || !isSticky(before)) return access;
  return { ...access, permissions: `${permissions.slice(0, -1)}${permissions.endsWith('x') ? 't' : 'T'}` };
}

function isSticky(access: Access | undefined): boolean {
  return /[tT]$/.test(access?.permissions ?? '');
}

/** A younger one may be in use: its worker is about to read the source again and to delete it itself. */
const KEPT_MS = 3_600_000;

/**
 * The trash of an account's containers. A path in it says when the directory was moved there, and is never
 * used twice.
 */
class MemoryTrash {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  /** Moves a directory to the trash. Returns its path there. */
  moveToTrash(directory: Key): Key {
    const { container } = directory;
    const at = `${RESERVED_DIRECTORY}/trash/${this.#state.now().getTime()}`;
    const parent = parseKey(container, at);
    if (this.#state.entry(parent) === undefined) this.#state.makeDirectory(parent);
    const place = parseKey(container, `${at}/${this.#state.nextEtag()}`);
    this.#state.move(directory, place);
    return place;
  }

  /** Deletes what has been there for longer than any worker needs. */
  empty(container: ContainerName): void {
    for (const path of this.#state.containers.get(container)?.blobs.keys() ?? []) {
      const [, since] = /^[^/]+\/trash\/(\d+)$/.exec(path) ?? [];
      if (since !== undefined && this.#state.now().getTime() - Number(since) > KEPT_MS)
        this.#state.removeTree({ container, path });
    }
  }
}
