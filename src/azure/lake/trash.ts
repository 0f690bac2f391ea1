import { randomBytes } from 'node:crypto';
import type { Etag } from '../../model/etag.ts';
import { type ContainerName, type Key, parseBlobPath } from '../../model/key.ts';
import type { BlobmirrorError } from '../../model/errors.ts';
import { RESERVED_DIRECTORY } from '../../model/scope.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import type { DirectoryStore, Trashed } from '../../ports/directory-store.ts';
import type { Account } from '../account/connect-account.ts';
import { TIME_BUDGETS } from '../../concurrency/time-budget.ts';
import { type TimeBudget, startTimeBudget } from '../../concurrency/deadline.ts';
import { LEFTOVER_MS, emptyStaging } from '../copy/staged-copies.ts';
import { DamagedPage } from '../errors/damaged-page.ts';
import type { PathClients } from './path-clients.ts';
import { serviceCode, toMeanings, toStorageError } from '../errors/storage-error.ts';

export type Trash = Pick<DirectoryStore, 'moveToTrash' | 'deleteTrashed' | 'emptyTrash'>;

const TRASH = `${RESERVED_DIRECTORY}/trash`;
/**
 * How much of a message's time deletions may take; the service decides how many requests the deletion of a
 * tree takes.
 */
const BUDGET = { budgetMs: TIME_BUDGETS.trash, graceMs: 0 };
const LONGEST_NAME = 100;

/**
 * Directories to be deleted: `.blobmirror/trash/<name>.<time>-<random>`. The time is in the name, since a
 * rename does not change Last-Modified.
 *
 * @param write does a write and returns what the service made of its conditions
 * @param now milliseconds since 1970
 */
export function createTrash(
  paths: PathClients,
  write: (request: () => Promise<void>) => Promise<WriteOutcome>,
  account: Account,
  now: () => number,
): Trash {
  async function moveToTrash(key: Key, ifMatch: Etag): Promise<WriteOutcome | Trashed> {
    const trashed = {
      container: key.container,
      path: parseBlobPath(`${TRASH}/${trashName(key.path, now())}`),
    };
    const move = async (): Promise<void> => {
      await paths.move(key, trashed, ifMatch, { nothingThere: true });
    };
    const outcome = await write(async () => {
      try {
        await move();
      } catch (error) {
        if (serviceCode(error) !== 'RenameDestinationParentPathNotFound') throw error;
        await paths.path({ container: key.container, path: parseBlobPath(TRASH) }).createIfNotExists();
        await move();
      }
    });
    return outcome.kind === 'written' ? { kind: 'trashed', trashed } : outcome;
  }

  async function deleteTrashed(trashed: Key): Promise<void> {
    await remove(trashed, startTimeBudget(BUDGET));
  }

  async function emptyTrash(container: ContainerName): Promise<void> {
    const budget = startTimeBudget(BUDGET);
    const before = now() - LEFTOVER_MS;
    for await (const { name } of list(container, TRASH)) {
      if (budget.isSpent()) return;
      // These paths are deleted: if a proxy changed the request, nothing else may be.
      if (!name.startsWith(`${TRASH}/`)) throw notInTrash();
      if ((trashedAt(name) ?? before) < before)
        await remove({ container, path: parseBlobPath(name) }, budget);
    }
    await emptyStaging(account, container, now);
  }

  /** Deletes a path with all that is below it, or as much of it as the time allows. */
  async function remove(key: Key, { signal }: TimeBudget): Promise<void> {
    try {
      await paths.path(key).delete(true, { abortSignal: signal });
    } catch (error) {
      if (signal.aborted || toMeanings(error)?.read === 'absent') return;
      throw toStorageError(error, 'write', account.name);
    }
  }

  async function* list(container: ContainerName, path: string): AsyncIterable<{ name: string }> {
    try {
      for await (const found of paths.fileSystem(container).listPaths({ path }))
        yield { name: found.name ?? '' };
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return;
      throw toStorageError(error, 'read', account.name);
    }
  }

  function notInTrash(): BlobmirrorError {
    const error = new DamagedPage('a path outside the requested directory');
    return toStorageError(error, 'read', account.name);
  }

  return { moveToTrash, deleteTrashed, emptyTrash };
}

/** Tells a person who finds it what it was: the end of the path, as much of it as a name may hold. */
function trashName(path: string, now: number): string {
  const name = path.slice(path.lastIndexOf('/') + 1).slice(0, LONGEST_NAME);
  return `${name.toWellFormed()}.${now}-${randomBytes(8).toString('hex')}`;
}

/** Milliseconds since 1970; undefined for a name that is not ours. */
function trashedAt(name: string): number | undefined {
  const time = /\.(\d+)-[0-9a-f]{16}$/.exec(name)?.[1];
  return time === undefined ? undefined : Number(time);
}
