import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { accountsOf, isForeign, ownershipOf } from './decide.ts';
import type { DirectoryDecision, MadeDirectory } from './decision.ts';
import type { MirrorContext } from './mirror-context.ts';
import { type ApplyResult, replaceViaStaging, toApplyResult, skippedResult } from './write-blob.ts';
import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import { isDirectory } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * Applies a decision about a directory under its preconditions.
 *
 * @param onlyEmpty leave a directory that the source lacks if anything is in it
 */
export async function applyToDirectory(
  context: MirrorContext,
  key: Key,
  decision: DirectoryDecision,
  { onlyEmpty }: { readonly onlyEmpty: boolean },
): Promise<ApplyResult> {
  const { backup } = context;
  switch (decision.action) {
    case 'make-directory':
      return await makeDirectory(context, key, decision);

    case 'set-directory-metadata': {
      const { metadata } = decision.source;
      const outcome = await backup.restamp({ key, metadata, ifMatch: decision.ifMatch });
      const done: Verdict = { verdict: 'restamped', isDirectory: true };
      // The next round compares access.
      return outcome.kind === 'written' ? { retry: 'not-finished', done } : toApplyResult(outcome, done);
    }

    case 'clear-directory': {
      // Checked before anything is copied, and once more before the directory is deleted.
      if ((await findKeepReason(context, key)) !== undefined) return IN_THE_WAY;
      return await replaceViaStaging(context, key, decision, async () => {
        const emptied = await backup.removeEmptyDirectory(key, decision.ifMatch);
        context.tree?.known.forget(key);
        if (emptied.kind !== 'not-empty') return toApplyResult(emptied, DIRECTORY_DELETED);
        if ((await findKeepReason(context, key)) !== undefined) return IN_THE_WAY;
        return await deleteViaTrash(context, key, decision.ifMatch);
      });
    }

    case 'remove-directory': {
      const outcome = await backup.removeEmptyDirectory(key, decision.ifMatch);
      context.tree?.known.forget(key);
      if (outcome.kind !== 'not-empty') return toApplyResult(outcome, DIRECTORY_DELETED, 'in-a-tree');
      if (onlyEmpty || context.tree?.takesAllBelow(key) === false) return { verdict: { verdict: 'in-sync' } };
      return await removeWhole(context, key, decision.ifMatch);
    }
  }
}

/** Deletes the directory with everything below it if all of that is ours. Otherwise it stays, and ours goes key by key. */
async function removeWhole(context: MirrorContext, key: Key, ifMatch: Etag): Promise<ApplyResult> {
  return (await findKeepReason(context, key)) ?? (await deleteViaTrash(context, key, ifMatch));
}

/** The source has a file there. */
const IN_THE_WAY = skippedResult('backup-in-the-way');

const KEEP_REASONS = {
  some: 'backup-foreign-below',
  snapshots: 'backup-has-snapshots',
  unknown: 'directory-too-large',
} as const;

/** The verdict on a directory that must stay because of what is below it; undefined if it may be deleted. */
async function findKeepReason(context: MirrorContext, key: Key): Promise<ApplyResult | undefined> {
  const found = await findForeignBelow(context, key);
  if (found === 'none') return undefined;
  const reason = KEEP_REASONS[found];
  return { verdict: { verdict: 'skipped', reason, isDirectory: true } };
}

async function makeDirectory(
  { backup }: MirrorContext,
  key: Key,
  { source, missing }: MadeDirectory,
): Promise<ApplyResult> {
  const access = missing?.access;
  const outcome = await backup.createDirectory({ key, metadata: source.metadata, access });
  const withoutAccess =
    outcome.kind === 'written' && access !== undefined && outcome.access === 'not-permitted';
  const made: Verdict = {
    verdict: 'directory-made',
    isDirectory: true,
    ...(withoutAccess && { access: 'not-permitted' }),
  };
  return toApplyResult(outcome, made, 'always');
}

const DIRECTORY_DELETED: Verdict = { verdict: 'deleted', wasDirectory: true };

/**
 * Removes a directory and everything below it from the live tree. A recursive delete has no condition that covers what is
 * below, so it never names a live path: the directory is moved to the trash in one step, the source is read once more,
 * and the trash is deleted only if the source still lacks the directory. Otherwise everything is copied again, and a
 * later emptying deletes the trash.
 */
async function deleteViaTrash(
  { source, backup, tree }: MirrorContext,
  key: Key,
  ifMatch: Etag,
): Promise<ApplyResult> {
  tree?.known.forget(key);
  const moved = await backup.moveToTrash(key, ifMatch);
  if (moved.kind !== 'trashed') return toApplyResult(moved, DIRECTORY_DELETED);
  if (isDirectory(await source.read(key)))
    return { retry: 'precondition-failed', done: { verdict: 'directory-returned', isDirectory: true } };
  await backup.deleteTrashed(moved.trashed);
  await tree?.emptyTrash(key.container);
  return { verdict: DIRECTORY_DELETED };
}

/**
 * How long a directory is searched before it is deleted as a whole, in milliseconds: some hundreds of pages. The rest of
 * four minutes is for the check that the search is part of.
 */
const LONGEST_SEARCH_MS = TIME_BUDGETS.directorySearch;

/**
 * Whether a directory of the backup holds a file that is not ours or of another source: a directory has no stamp, so the
 * files below it say whose it is. Or whether users made snapshots there: they do not stop the deletion of the directory
 * and would be lost with it (keepsecure.ca/blog/adls-gen2-and-file-snapshots). `unknown`: too many entries to search in
 * time. One request for 5,000 entries.
 */
async function findForeignBelow(
  context: MirrorContext,
  { container, path }: Key,
): Promise<'none' | 'some' | 'snapshots' | 'unknown'> {
  const { backup, policy } = context;
  const accounts = accountsOf(context);
  const end = performance.now() + LONGEST_SEARCH_MS;
  for await (const page of backup.listBlobs(container, { prefix: `${path}/`, snapshots: true })) {
    for (const entry of page.entries) {
      if (entry.isSnapshot === true) return 'snapshots';
      if (entry.isDirectory || entry.stamp?.account === accounts.source) continue;
      // Without a stamp it may be an unfinished copy of ours; only a reading shows that.
      const reading = entry.reading() ?? (await backup.read({ container, path: entry.path }));
      if (!reading.present || reading.kind === 'directory') continue;
      const ownership = ownershipOf(accounts, reading);
      const isKept = isForeign(ownership) ? policy.foreign === 'keep' : ownership === 'of-another-source';
      if (isKept) return 'some';
    }
    page.release();
    if (performance.now() > end) return 'unknown';
  }
  return 'none';
}
