import type { ContentComparison } from '../ports/content-comparison.js';
import { createSlots } from '../ports/slots.js';
import { comparePieces } from './copy/compare-pieces.js';
import type { Account } from './connect-account.js';

/** How many comparisons are read at a time in a process: each holds a piece of both sides, 16 MiB. */
const MOST_AT_ONCE = 4;

/** Whether two blobs hold the same bytes, on real accounts. Nothing is read where their lengths tell. */
export function createContentComparison(source: Account, backup: Account): ContentComparison {
  const inSlot = createSlots(MOST_AT_ONCE);
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
      return await inSlot(
        async () =>
          await comparePieces(
            { account: source, key: from, etag: theirs.etag },
            { account: backup, key, etag: ours.etag },
            { size: theirs.size, equal, mustStop },
          ),
      );
    },
  };
}
