import type { Key } from '../model/key.ts';
import { ABSENT, type BlobPresent, type Reading } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import { apply } from './apply.ts';
import { decide } from './decide.ts';
import { type Pair, sidesOf } from './pair.ts';

/** What a listing said of a key on both sides. */
export interface ListedReadings {
  readonly source: BlobPresent;
  /** Undefined: it had nothing there. */
  readonly backup: BlobPresent | undefined;
}

/** A copy that was made; `isNew`: from nothing, so that one more reading of the source must follow (invariant 5). */
export interface ListedCopy {
  readonly verdict: Verdict;
  readonly isNew: boolean;
}

/**
 * Copies a blob on the word of two listings, without a look of its own: one request. The conditions carry the proof:
 * If-Match or If-None-Match: * on the backup and If-Match on the source make readings that are out of date fail instead
 * of harm. Undefined where a copy is not what is to be done, or one of the conditions did not hold: then the key must be
 * converged. For flat accounts alone: in a tree a rename brings ETags back, and directories come first.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function copyListed(
  pair: Pair,
  key: Key,
  { source, backup }: ListedReadings,
): Promise<ListedCopy | undefined> {
  if (pair.tree !== undefined) return undefined;
  const onBackup: Reading = backup ?? ABSENT;
  const decision = decide(sidesOf(pair), source, onBackup, pair.policy);
  if (decision.action !== 'copy') return undefined;
  const applied = await apply(pair, key, decision);
  return 'again' in applied ? undefined : { verdict: applied.verdict, isNew: applied.readAgain === 'always' };
}
