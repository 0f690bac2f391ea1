import { type Heart, REAL_HEART } from '../heart.ts';

/** Against rule 3 of directories: a key that the source does not have leaves the directories above it alone. */
export const noAncestors: Heart = {
  ...REAL_HEART,
  converge: (pair, key, look) => {
    const { tree } = pair;
    const since = look?.since ?? new Date(0);
    const blind = tree && { ...tree, known: { ...tree.known, isThereSince: () => true } };
    return REAL_HEART.converge({ ...pair, ...(blind && { tree: blind }) }, key, { ...look, since });
  },
};
