import { BlobmirrorError } from '../model/errors.ts';
import type { Etag } from '../model/etag.ts';
import { type Key, keyText } from '../model/key.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { WriteOutcome } from '../ports/write-outcome.ts';
import type {
  AccessOutcome,
  CreateDirectoryRequest,
  DirectoryStore,
  RenameRequest,
  Trashed,
} from '../ports/directory-store.ts';
import { holds } from './holds.ts';
import { isStoredDirectory } from './memory-entry.ts';
import type { MemoryState } from './memory-state.ts';
import { MemoryTrash } from './memory-trash.ts';
import type { Schedule } from './schedule.ts';

const MOVED = { outcome: 'backup-moved' } as const;
const WRITTEN = { outcome: 'written' } as const;

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
    return { outcome: 'written', access: 'set' };
  }

  function rename({ from, to, ifMatch, condition }: RenameRequest): WriteOutcome {
    if (state.entry(from)?.etag !== ifMatch || !holds(state, to, condition)) return MOVED;
    return state.move(from, to) ? WRITTEN : MOVED;
  }

  function removeEmptyDirectory(key: Key, ifMatch: Etag): WriteOutcome | { readonly outcome: 'not-empty' } {
    if (!isThatDirectory(key, ifMatch)) return MOVED;
    if (!state.containerOf(key).isEmpty(key.path)) return { outcome: 'not-empty' };
    state.removeTree(key);
    return WRITTEN;
  }

  function moveToTrash(key: Key, ifMatch: Etag): WriteOutcome | Trashed {
    return isThatDirectory(key, ifMatch) ? { outcome: 'trashed', trashed: trash.take(key) } : MOVED;
  }

  function isThatDirectory(key: Key, etag: Etag): boolean {
    const entry = state.entry(key);
    return isStoredDirectory(entry) && entry.etag === etag;
  }

  /** On a flat account there is nothing to do it with. */
  function call<Result>(name: string, key: Key | undefined, effect: () => Result): Promise<Result> {
    return schedule(`${account}.${name}`, key, () => {
      if (state.kind === 'hierarchical') return effect();
      const at = key === undefined ? '' : ` at ${keyText(key)}`;
      throw new BlobmirrorError('storage-rejected', `${account} is flat: no ${name}${at}`);
    });
  }

  return {
    createDirectory: (request) => call('createDirectory', request.key, () => createDirectory(request)),
    setAccess: (key, access) =>
      call('setAccess', key, () =>
        state.amend(key, { access }) ? { outcome: 'written', access: 'set' } : MOVED,
      ),
    readRootAccess: (container) =>
      call('readRootAccess', undefined, () => state.containers.get(container)?.rootAccess),
    setRootAccess: (container, access) =>
      call('setRootAccess', undefined, () =>
        state.permitRoot(container, access) ? { outcome: 'written', access: 'set' } : MOVED,
      ),
    rename: (request) => call('rename', request.from, () => rename(request)),
    removeEmptyDirectory: (key, ifMatch) =>
      call('removeEmptyDirectory', key, () => removeEmptyDirectory(key, ifMatch)),
    moveToTrash: (key, ifMatch) => call('moveToTrash', key, () => moveToTrash(key, ifMatch)),
    deleteTrashed: (trashed) => call('deleteTrashed', trashed, () => void state.removeTree(trashed)),
    emptyTrash: (container) => call('emptyTrash', undefined, () => trash.empty(container)),
  };
}
