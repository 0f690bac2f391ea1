import { type BlobPresent, type Reading, isBlob, isDirectory } from '../model/reading.ts';
import type { Rename } from '../model/key.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';
import { prepareParent } from './ancestors.ts';
import type { MirrorAccounts } from './decision.ts';
import { accountsOf, isMadeFrom, ownershipOf } from './decide.ts';
import type { MirrorContext } from './mirror-context.ts';

/** What each account has at both names. */
interface Readings {
  readonly source: { readonly from: Reading; readonly to: Reading };
  readonly backup: { readonly from: Reading; readonly to: Reading };
}

/**
 * Repeats a rename of the source on the backup if that brings the backup in step: one request, whatever the size. At the
 * source a rename keeps the ETags of a file and of everything below a directory, so the stamps stay true. Whether or not
 * anything was renamed, both names and what is below them must be checked afterwards, so that an early event is slower
 * but never wrong.
 *
 * Requests: 2 where the backup has nothing at the old name, else 4, and 1 for the rename.
 */
export async function followRename(
  context: MirrorContext,
  rename: Rename,
): Promise<'renamed' | 'not renamed'> {
  const { source, backup, tree } = context;
  if (tree === undefined) return 'not renamed';
  const { from, to } = rename;
  // Invariant 2: the backup first.
  const onBackup = { from: await backup.read(from), to: await backup.read(to) };
  if (!onBackup.from.present) return 'not renamed';
  const onSource = { from: await source.read(from), to: await source.read(to) };
  const condition = decideRename(accountsOf(context), { source: onSource, backup: onBackup });
  if (condition === undefined) return 'not renamed';
  if ((await prepareParent(tree, to, { isSure: true })) !== 'ready') return 'not renamed';
  tree.known.forget(from);
  tree.known.forget(to);
  const { kind: outcome } = await backup.rename({ from, to, ifMatch: onBackup.from.etag, condition });
  return outcome === 'written' ? 'renamed' : 'not renamed';
}

/** The condition at the new name; undefined if a rename would not bring the backup in step. */
export function decideRename(
  accounts: MirrorAccounts,
  { source, backup }: Readings,
): WriteCondition | undefined {
  if (source.from.present || source.from.container === 'missing') return undefined;
  if (isDirectory(source.to))
    return isDirectory(backup.from) && isFree(backup.to) ? { nothingThere: true } : undefined;
  if (!isBlob(source.to) || !isBlob(backup.from)) return undefined;
  if (!isMirrorOf(accounts, backup.from, source.to)) return undefined;
  if (isFree(backup.to)) return { nothingThere: true };
  const isOurs = isBlob(backup.to) && ownershipOf(accounts, backup.to) !== 'of-another-source';
  return isOurs && !isMirrorOf(accounts, backup.to, source.to) ? { ifMatch: backup.to.etag } : undefined;
}

function isFree(reading: Reading): boolean {
  return !reading.present && reading.container === 'exists';
}

function isMirrorOf(accounts: MirrorAccounts, backup: BlobPresent, source: BlobPresent): boolean {
  return isMadeFrom(accounts, backup.stamp, source) && backup.size === source.size;
}
