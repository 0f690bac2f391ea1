import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/**
 * Against rule 3 of directories: for a key that the source lacks, the directories above it are not checked.
 */
export const noAncestors: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  converge: (pair, key, look) => {
    const { tree } = pair;
    const since = look?.since ?? new Date(0);
    const blind = tree && { ...tree, known: { ...tree.known, isThereSince: () => true } };
    return REAL_FUNCTIONS.converge({ ...pair, ...(blind && { tree: blind }) }, key, { ...look, since });
  },
};
