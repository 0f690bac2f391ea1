import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Applied, settle, skipped } from './applied.ts';
import { secureFirst } from './bring-over.ts';
import type { DirectoryDecision, MadeDirectory } from './decision.ts';
import { findForeignBelow } from './foreign-below.ts';
import type { Pair } from './pair.ts';
import { DELETED, moveOutOfTheWay } from './trash-directory.ts';

/**
 * Carries out what concerns a directory, under its preconditions.
 *
 * @param onlyEmpty a directory that the source lacks is left alone when anything is in it
 */
export async function applyToDirectory(
  pair: Pair,
  key: Key,
  decision: DirectoryDecision,
  { onlyEmpty }: { readonly onlyEmpty: boolean },
): Promise<Applied> {
  const { backup } = pair;
  switch (decision.action) {
    case 'make-directory':
      return await make(pair, key, decision);

    case 'set-directory-metadata': {
      const { metadata } = decision.source;
      const outcome = await backup.restamp({ key, metadata, ifMatch: decision.ifMatch });
      const done: Verdict = { verdict: 'restamped', isDirectory: true };
      // Access is compared once the metadata is in step.
      return outcome.outcome === 'written' ? { again: 'there is more', done } : settle(outcome, done);
    }

    case 'clear-directory': {
      // What must stay is found before anything is copied for its place, and once more before it goes.
      if ((await leaveStanding(pair, key)) !== undefined) return IN_THE_WAY;
      return await secureFirst(pair, key, decision, async () => {
        const emptied = await backup.removeEmptyDirectory(key, decision.ifMatch);
        pair.tree?.known.forget(key);
        if (emptied.outcome !== 'not-empty') return settle(emptied, DELETED);
        if ((await leaveStanding(pair, key)) !== undefined) return IN_THE_WAY;
        return await moveOutOfTheWay(pair, key, decision.ifMatch);
      });
    }

    case 'remove-directory': {
      const outcome = await backup.removeEmptyDirectory(key, decision.ifMatch);
      pair.tree?.known.forget(key);
      if (outcome.outcome !== 'not-empty') return settle(outcome, DELETED, 'in-a-tree');
      if (onlyEmpty || pair.tree?.takesAllBelow(key) === false) return { verdict: { verdict: 'in-sync' } };
      return await removeWhole(pair, key, decision.ifMatch);
    }
  }
}

/** With all that is below it, where all of it is ours. Otherwise it stays, and what is ours goes key by key. */
async function removeWhole(pair: Pair, key: Key, ifMatch: Etag): Promise<Applied> {
  return (await leaveStanding(pair, key)) ?? (await moveOutOfTheWay(pair, key, ifMatch));
}

/** The source has a file there. */
const IN_THE_WAY = skipped('backup-in-the-way');

const WHY_LEFT = {
  some: 'backup-foreign-below',
  snapshots: 'backup-has-snapshots',
  unknown: 'directory-too-large',
} as const;

/** The verdict on a directory that must stay for what is below it; undefined where it may go. */
async function leaveStanding(pair: Pair, key: Key): Promise<Applied | undefined> {
  const found = await findForeignBelow(pair, key);
  if (found === 'none') return undefined;
  const reason = WHY_LEFT[found];
  return { verdict: { verdict: 'skipped', reason, isDirectory: true } };
}

async function make({ backup }: Pair, key: Key, { source, missing }: MadeDirectory): Promise<Applied> {
  const access = missing?.access;
  const outcome = await backup.createDirectory({ key, metadata: source.metadata, access });
  const withoutAccess =
    outcome.outcome === 'written' && access !== undefined && outcome.access === 'not-permitted';
  const made: Verdict = {
    verdict: 'directory-made',
    isDirectory: true,
    ...(withoutAccess && { access: 'not-permitted' }),
  };
  return settle(outcome, made, 'always');
}
