import type { SkipReason, Verdict } from '../model/verdict.ts';
import type { AccessOutcome } from '../ports/directory-store.ts';
import type { WriteOutcome } from '../ports/write-outcome.ts';

/** What came of a decision: the verdict, or that everything is to be read again, and what was done so far. */
export type Applied =
  | {
      readonly verdict: Verdict;
      /** A write that another reading of the source must follow: on every account, or on hierarchical ones. */
      readonly readAgain?: 'always' | 'in-a-tree';
    }
  | { readonly again: 'somebody moved' | 'the way is clear' | 'there is more'; readonly done?: Verdict };

/** The verdict of a write that was done, or what its refusal means. */
export function settle(
  outcome: WriteOutcome | AccessOutcome,
  verdict: Verdict,
  readAgain?: 'always' | 'in-a-tree',
): Applied {
  switch (outcome.outcome) {
    case 'written':
      return { verdict, ...(readAgain !== undefined && { readAgain }) };
    case 'refused':
      return skipped(outcome.reason);
    case 'backup-moved':
    case 'source-moved':
      return { again: 'somebody moved' };
  }
}

export function skipped(reason: SkipReason): Applied {
  return { verdict: { verdict: 'skipped', reason } };
}
