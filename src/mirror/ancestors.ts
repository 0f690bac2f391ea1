import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import { type Key, keyText, parentOf } from '../model/key.ts';
import { isOfDirectory, type Verdict } from '../model/verdict.ts';
import type { Decision } from './decision.ts';
import type { KnownDirectories, Tree } from './mirror-context.ts';

/** Actions that a check of a key below may take on the directory. */
const ALLOWED_FOR_ANCESTORS: ReadonlySet<Decision['action']> = new Set<Decision['action']>([
  'make-directory',
  'delete-other-kind',
  'remove-directory',
  'set-directory-metadata',
  'set-access',
]);

/** Whether the decision concerns a directory that the source has, or an empty one that it lacks. */
export function isAllowedForAncestor(decision: Decision): boolean {
  if (decision.action === 'nothing' || decision.action === 'set-access') return decision.isDirectory === true;
  // A blob that is not ours blocks the directory's path on the backup, so nothing can be written below it.
  if (decision.action === 'skip') return decision.reason.startsWith('backup-');
  return ALLOWED_FOR_ANCESTORS.has(decision.action);
}

/**
 * Converges the directory that a new entry goes into: one that a file creates implicitly lacks its metadata and access.
 * `source-changed`: the source no longer has the directory, so what was read there is out of date.
 *
 * @param isSure whether the known directories may be relied on
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
 * Converges the directories above a key that the source lacks. A file that comes and goes leaves at the source the
 * directory that it created; a late copy that is undone leaves one on the backup. Neither has an event of its own. No
 * check is needed where the directory was read after the event.
 */
export async function convergeAncestors(tree: Tree, key: Key, since: Date | undefined): Promise<void> {
  const parent = parentOf(key);
  if (parent === undefined) return;
  if (since !== undefined && tree.known.isThereSince(parent, since)) return;
  // If the source lacks this one too, its own check converges the directories above it.
  await tree.convergeAncestor(parent, since);
}

/** Long enough for a burst of files, short enough to notice soon what another worker does to a directory. */
const REMEMBERED_MS = 5_000;
/** A directory takes a few hundred bytes of memory; beyond this number the oldest is forgotten. */
const MAX_REMEMBERED = 10_000;

interface SeenDirectory {
  /** By our own clock, in milliseconds. */
  readonly at: number;
  /** By the source's clock. */
  readonly readAt: Date;
}

export function createKnownDirectories(clock: SteadyClock = systemSteadyClock): KnownDirectories {
  const known = new Map<string, SeenDirectory>();
  return {
    record(directory, readAt) {
      const id = keyText(directory);
      known.delete(id);
      known.set(id, { at: clock.now(), readAt });
      if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value ?? '');
    },
    forget(directory) {
      const id = keyText(directory);
      for (const other of known.keys()) if (other === id || other.startsWith(`${id}/`)) known.delete(other);
    },
    isThere(directory) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && clock.now() - seen.at < REMEMBERED_MS;
    },
    isThereSince(directory, event) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && seen.readAt.getTime() > event.getTime();
    },
  };
}
