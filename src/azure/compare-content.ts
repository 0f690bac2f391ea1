import type { ContentComparison } from '../ports/content-comparison.ts';
import { comparePieces } from './copy/compare-pieces.ts';
import type { Account } from './connect-account.ts';

/** Whether two blobs hold the same bytes, on real accounts. Nothing is read where their lengths tell. */
export function createContentComparison(source: Account, backup: Account): ContentComparison {
  return {
    compareContent: async ({
      key,
      from = key,
      source: theirs,
      backup: ours,
      equal = 0,
      mustStop = () => false,
    }) => {
      if (theirs.size !== ours.size) return { outcome: 'different' };
      return await comparePieces(
        { account: source, key: from, etag: theirs.etag },
        { account: backup, key, etag: ours.etag },
        { size: theirs.size, equal, mustStop },
      );
    },
  };
}
