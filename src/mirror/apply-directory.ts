import { accountsOf, isForeign, ownershipOf } from './decide.ts';
import type { DirectoryDecision, MadeDirectory } from './decision.ts';
import type { MirrorContext } from './mirror-context.ts';
import { type ApplyResult, replaceViaStaging, toApplyResult, skippedResult } from './write-blob.ts';
import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import { isDirectory } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * Carries out what concerns a directory, under its preconditions.
 *
 * @param onlyEmpty a directory that the source lacks is left alone when anything is in it
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
      // Access is compared once the metadata is in step.
      return outcome.kind === 'written' ? { retry: 'not-finished', done } : toApplyResult(outcome, done);
    }

    case 'clear-directory': {
      // What must stay is found before anything is copied for its place, and once more before it goes.
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

/** With all that is below it, where all of it is ours. Otherwise it stays, and what is ours goes key by key. */
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

/** The verdict on a directory that must stay for what is below it; undefined where it may go. */
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
 * Takes a directory with all that is below it off the live tree. A recursive delete has no condition that covers what is
 * below, so it is never aimed at a live path: the directory goes to the trash in one step, the source is read once
 * more, and only what it still lacks is deleted there. Where the source has it again, the trash is kept for as long as
 * it takes to copy all anew; it goes with a later emptying.
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
 * How long a directory is looked through before it goes as a whole, in milliseconds: some hundreds of pages. What is left
 * of four minutes is for the look that it is a part of.
 */
const LONGEST_SEARCH_MS = 90_000;

/**
 * Whether below a directory of the backup is a file that we did not put there, or one of another source: directories
 * bear no stamp, so what is below them tells whose they are. Or whether users made snapshots there, which no deletion of
 * the directory would be refused for, and which would go with it: keepsecure.ca/blog/adls-gen2-and-file-snapshots. One request for 5,000 entries. `unknown`: there is too
 * much to tell in time.
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
      // No stamp may be the mark of a copy that was left: then the entry tells more.
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
