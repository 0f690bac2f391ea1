import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../model/key.ts';
import { type Applied, settle, skipped } from './applied.ts';
import { applyToDirectory } from './apply-directory.ts';
import { copy, replace } from './bring-over.ts';
import type { Look } from './look.ts';
import type { Decision } from './decision.ts';
import type { Pair } from './pair.ts';
import { restamp } from './restamp.ts';

/** Carries out a decision under its preconditions: every write of content is a compare-and-swap (invariant 3). */
export async function apply(
  pair: Pair,
  key: Key,
  decision: Decision,
  { isAbove }: Pick<Look, 'isAbove'> = {},
): Promise<Applied> {
  const { source, backup } = pair;
  switch (decision.action) {
    case 'nothing':
      return { verdict: { verdict: 'in-sync', ...(decision.isDirectory && { isDirectory: true }) } };

    case 'skip':
      return skipped(decision.reason);

    case 'wait':
      return { verdict: { verdict: 'unfinished', engine: 'copy-blob' } };

    case 'copy':
      return await copy(pair, key, decision);

    case 'replace':
      return await replace(pair, key, decision);

    case 'make-way': {
      const outcome = await backup.delete(key, decision.ifMatch);
      return outcome.outcome === 'refused' ? skipped(outcome.reason) : { again: 'the way is clear' };
    }

    case 'restamp':
      return await restamp(pair, key, decision.source, decision.backup);

    case 'set-tier':
      return settle(await backup.setTier(key, decision.tier), { verdict: 'retiered', tier: decision.tier });

    case 'set-access': {
      const outcome = await backup.setAccess(key, decision.access, decision.there);
      const about = decision.isDirectory && ({ isDirectory: true } as const);
      return outcome.outcome === 'written' && outcome.access === 'not-permitted'
        ? { verdict: { verdict: 'skipped', reason: 'access-not-permitted', ...about } }
        : settle(outcome, { verdict: 'access-set', ...about }, 'in-a-tree');
    }

    case 'compare-tags': {
      const [wanted, has] = [await source.readTags(key), await backup.readTags(key)];
      if (isDeepStrictEqual(wanted, has)) return { verdict: { verdict: 'in-sync' } };
      return settle(await backup.setTags(key, wanted), { verdict: 'retagged' });
    }

    case 'delete':
      return settle(await backup.delete(key, decision.ifMatch), { verdict: 'deleted' }, 'in-a-tree');

    default:
      return await applyToDirectory(pair, key, decision, { onlyEmpty: isAbove === true });
  }
}
