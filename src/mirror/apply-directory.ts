import type { Key } from '../model/key.js';
import type { Verdict } from '../model/verdict.js';
import { type Applied, settle } from './applied.js';
import type { DirectoryDecision, MadeDirectory } from './decision.js';
import type { Pair } from './pair.js';
import { moveOutOfTheWay } from './trash-directory.js';

const DELETED: Verdict = { verdict: 'deleted', wasDirectory: true };

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
      const change = { key, headers: undefined, contentMd5: undefined, metadata, ifMatch: decision.ifMatch };
      const outcome = await backup.restamp(change);
      const done: Verdict = { verdict: 'restamped', isDirectory: true };
      // Access is compared once the metadata is in step.
      return outcome.outcome === 'written' ? { again: 'there is more', done } : settle(outcome, done);
    }

    case 'clear-directory':
      return await moveOutOfTheWay(pair, key, decision.ifMatch, { again: 'the way is clear' });

    case 'remove-directory': {
      const outcome = await backup.removeEmptyDirectory(key, decision.ifMatch);
      pair.tree?.known.forget(key);
      if (outcome.outcome !== 'not-empty') return settle(outcome, DELETED, 'in-a-tree');
      if (onlyEmpty || pair.tree?.takesAllBelow(key) === false) return { verdict: { verdict: 'in-sync' } };
      return await moveOutOfTheWay(pair, key, decision.ifMatch, { verdict: DELETED });
    }
  }
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
