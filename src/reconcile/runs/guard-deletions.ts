import type { ContainerProgress } from '../../api/run.ts';

/**
 * How many keys of a container a run may delete without being told to by name: a share of it, or a number, but never more
 * than half of it for the number's sake.
 */
export interface DeleteGuard {
  /** Of the entries that the backup was seen to have: 0.1 for a tenth. */
  readonly share: number;
  readonly number: number;
}

/** A container of at least so many entries is never left with nothing. */
const NEVER_EMPTIED_FROM = 5;

export const DELETE_GUARD: DeleteGuard = { share: 0.1, number: 100 };

/** What is known when the comparing is done. */
export interface GuardedContainer {
  readonly progress: Pick<
    ContainerProgress,
    'backup' | 'extras' | 'mirroredExtras' | 'deletions' | 'blocked'
  >;
  /** What the source was seen to have of the container. */
  readonly source: 'missing' | 'empty' | 'there';
  /** The request names the container. */
  readonly isAllowed: boolean;
  readonly areDeletesKept: boolean;
  readonly hasSourceListingFailed: boolean;
  readonly hasShardFailed: boolean;
}

/** Why the keys that only the backup has are left alone; undefined: the heart may look at them. */
export function guardDeletions(
  container: GuardedContainer,
  { share, number }: DeleteGuard,
): NonNullable<ContainerProgress['stopped']> | undefined {
  const { mirroredExtras } = container.progress;
  if (container.areDeletesKept) return 'deletes-are-kept';
  if (container.hasSourceListingFailed) return 'source-listing-failed';
  if (container.hasShardFailed) return 'shard-failed';
  // Somebody else's, and not lost by the source: no reason for an alert in every run.
  if (container.source === 'missing' && mirroredExtras === 0) return 'container-not-mirrored';
  // Nobody can allow this one: the heart takes a container that is not there for no proof (invariant 7).
  if (container.source === 'missing') return 'source-container-missing';
  const { all, deletions } = countDeletions(container.progress);
  if (deletions === 0 || container.isAllowed) return undefined;
  if (container.source === 'empty') return 'source-container-empty';
  // What was renamed at the source and is blocked under its new name may have its only copy under the old one.
  if ((container.progress.blocked ?? 0) > 0) return 'keys-blocked';
  const most = Math.max(share * all, Math.min(number, all / 2));
  const isEmptied = deletions >= all && all >= NEVER_EMPTIED_FROM;
  return deletions > most || isEmptied ? 'too-many-deletes' : undefined;
}

export function countForeign({ foreign = {} }: Pick<ContainerProgress, 'foreign'>): number {
  return Object.values(foreign).reduce((sum, many) => sum + many, 0);
}

/** What would really be deleted, of how many: what stays because it is not ours is no part of either. */
export function countDeletions({
  backup,
  extras,
  deletions = extras,
}: Pick<ContainerProgress, 'backup' | 'extras' | 'deletions'>): {
  readonly all: number;
  readonly deletions: number;
} {
  return { all: backup - (extras - deletions), deletions };
}
