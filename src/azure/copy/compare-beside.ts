import type { CopyRequest } from '../../ports/backup-store.ts';
import { unfinishedBytes } from '../../model/unfinished-copy.ts';
import { STAMP_NAME } from '../../model/stamp.ts';
import type { CopyEngine, CopySetup } from './copy-engine.ts';
import type { ReplaceCopy } from './replace-copy.ts';
import { type FoundCopy, findCopy } from './staged-copies.ts';

/**
 * Copies that are compared before they count, and never cost the version that they replace: the copy is made and
 * compared at a place of ours, and takes the place of the old blob only when it is equal. One that differs goes, and the
 * old blob is still there. Where the account keeps versions the old one stays readable anyway, and the copy is compared
 * at its place.
 *
 * What takes the place on a flat account is a copy within the account, whose length, and MD5 where it has one, the
 * service proves; it is not read back once more. On a hierarchical one it is the very file that was read back.
 *
 * Costs, besides the comparison: a look at what is there, and what it takes to secure and place a copy.
 */
export function compareBeside(
  { backup }: CopySetup,
  compared: CopyEngine,
  replacing: ReplaceCopy,
): CopyEngine {
  return async (request, budget) => {
    const { key, condition } = request;
    if ('nothingThere' in condition) return await compared(request, budget);
    const there = await findCopy(backup, key);
    if (there?.etag !== condition.ifMatch) return { outcome: 'backup-moved', engine: 'none' };
    if (there.isVersioned || isBeingCompared(there, request)) return await compared(request, budget);
    const outcome = await replacing.secure(request, budget);
    if (outcome.outcome !== 'secured') return outcome;
    const { secured, engine } = outcome;
    return { ...(await replacing.placeUnder(condition, request, secured, budget)), engine };
  };
}

/** A comparison that another call began at the place itself, where nothing was. */
function isBeingCompared({ mark }: FoundCopy, { metadata }: CopyRequest): boolean {
  if (mark === undefined) return false;
  return unfinishedBytes({ [STAMP_NAME]: mark }, 'unverified', metadata) !== undefined;
}
