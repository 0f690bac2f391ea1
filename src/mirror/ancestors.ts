import { type Key, parentOf } from '../model/key.ts';
import { isOfDirectory, type Verdict } from '../model/verdict.ts';
import type { Decision } from './decision.ts';
import type { Tree } from './mirror-context.ts';

/** What may be done to a directory on behalf of something below it. */
const ALLOWED_FOR_ANCESTORS: ReadonlySet<Decision['action']> = new Set<Decision['action']>([
  'make-directory',
  'delete-other-kind',
  'remove-directory',
  'set-directory-metadata',
  'set-access',
]);

/** Whether the decision is about a directory that the source has, or about one that it lacks and that may be empty. */
export function isAllowedForAncestor(decision: Decision): boolean {
  if (decision.action === 'nothing' || decision.action === 'set-access') return decision.isDirectory === true;
  // What stands in the directory's place on the backup and is not ours: nothing can be put below it.
  if (decision.action === 'skip') return decision.reason.startsWith('backup-');
  return ALLOWED_FOR_ANCESTORS.has(decision.action);
}

/**
 * Sees to the directory that something new goes into: brought into being by a file, it would be without its metadata
 * and access. `moved`: the source has no such directory any more, so what was read there is out of date.
 *
 * @param isSure whether what is known of the directory may be relied on
 */
export async function prepareParent(
  { known, convergeAncestor }: Tree,
  key: Key,
  { isSure }: { readonly isSure: boolean },
): Promise<'ready' | 'source-changed' | Extract<Verdict, { verdict: 'skipped' }>> {
  const parent = parentOf(key);
  if (parent === undefined || (isSure && known.isThere(parent))) return 'ready';
  const verdict = await convergeAncestor(parent);
  if (verdict.verdict === 'skipped' && verdict.reason !== 'access-not-permitted') return verdict;
  return isOfDirectory(verdict) ? 'ready' : 'source-changed';
}

/**
 * Sees to the directories above a key that the source lacks. A file that comes and goes leaves the directory that it
 * brought into being at the source; a late copy that is undone leaves one on the backup. Neither has an event of its
 * own. A reading that is newer than the event serves for it.
 */
export async function convergeAncestors(tree: Tree, key: Key, since: Date | undefined): Promise<void> {
  const parent = parentOf(key);
  if (parent === undefined) return;
  if (since !== undefined && tree.known.isThereSince(parent, since)) return;
  // One that the source lacks, too, sees to its own.
  await tree.convergeAncestor(parent, since);
}
