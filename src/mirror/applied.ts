import type { BlobPresent, DirectoryPresent } from '../model/reading.js';
import type { SkipReason, Verdict } from '../model/verdict.js';
import type { AccessOutcome } from '../ports/directory-store.js';
import type { WriteOutcome } from '../ports/backup-store.js';

/** What came of a decision: the verdict, or that everything is to be read again, and what was done so far. */
export type Applied =
  | { readonly verdict: Verdict; readonly createdFrom?: BlobPresent | DirectoryPresent }
  | { readonly again: 'somebody moved' | 'the way is clear' | 'there is more'; readonly done?: Verdict };

/** The verdict of a write that was done, or what its refusal means. */
export function settle(outcome: WriteOutcome | AccessOutcome, verdict: Verdict): Applied {
  switch (outcome.outcome) {
    case 'written':
      return { verdict };
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
