import type { ContainerProgress } from '../../api/run.ts';

/**
 * How many keys of a container a run may delete without `allowDeletes`: a share of its entries or a number, whichever is
 * more; the number counts only up to half of the entries.
 */
export interface DeleteGuard {
  /** Of the backup's listed entries: 0.1 is a tenth. */
  readonly share: number;
  readonly number: number;
}

/** A container with at least this many entries is never emptied. */
const NEVER_EMPTIED_FROM = 5;

export const DELETE_GUARD: DeleteGuard = { share: 0.1, number: 100 };

/** What is known of a container after the compare phase. */
export interface GuardedContainer {
  readonly progress: Pick<
    ContainerProgress,
    'backup' | 'extras' | 'mirroredExtras' | 'deletions' | 'blocked'
  >;
  /** What the source has of the container. */
  readonly source: 'missing' | 'empty' | 'there';
  /** `allowDeletes` names the container. */
  readonly isAllowed: boolean;
  readonly areDeletesKept: boolean;
  readonly hasSourceListingFailed: boolean;
  readonly hasShardFailed: boolean;
}

/** Why the keys that only the backup has stay; undefined: the mirror core may check them. */
export function guardDeletions(
  container: GuardedContainer,
  { share, number }: DeleteGuard,
): NonNullable<ContainerProgress['stopped']> | undefined {
  const { mirroredExtras } = container.progress;
  if (container.areDeletesKept) return 'deletes-are-kept';
  if (container.hasSourceListingFailed) return 'source-listing-failed';
  if (container.hasShardFailed) return 'shard-failed';
  // Never mirrored, so the source did not lose it: no reason for an alert in every run.
  if (container.source === 'missing' && mirroredExtras === 0) return 'container-not-mirrored';
  // `allowDeletes` does not help: to the mirror core, a missing container proves no deletion (invariant 7).
  if (container.source === 'missing') return 'source-container-missing';
  const { all, deletions } = countDeletions(container.progress);
  if (deletions === 0 || container.isAllowed) return undefined;
  if (container.source === 'empty') return 'source-container-empty';
  // A file that was renamed at the source and is blocked under its new name may have its only copy under the old one.
  if ((container.progress.blocked ?? 0) > 0) return 'keys-blocked';
  const most = Math.max(share * all, Math.min(number, all / 2));
  const isEmptied = deletions >= all && all >= NEVER_EMPTIED_FROM;
  return deletions > most || isEmptied ? 'too-many-deletes' : undefined;
}

export function countForeign({ foreign = {} }: Pick<ContainerProgress, 'foreign'>): number {
  return Object.values(foreign).reduce((sum, many) => sum + many, 0);
}

/** The number of deletions and of the entries that they are judged against, both without foreign keys. */
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
