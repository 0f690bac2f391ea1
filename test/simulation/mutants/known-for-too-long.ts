import { spoilPorts } from './mutant.js';

/** Against rule 6 of directories: a reading of a directory serves for an event that is newer. */
export const knownForTooLong = spoilPorts(({ tree }) => {
  if (tree === undefined) return {};
  const { known } = tree;
  const isThereSince = (directory: Parameters<typeof known.isThereSince>[0]): boolean =>
    known.isThereSince(directory, new Date(0));
  return { tree: { ...tree, known: { ...known, isThereSince } } };
});
