import type { SeenContainer } from '../memory/memory-account.ts';
import type { Stage } from './stage.ts';

/** The tree of the container at the source, which must exist. */
export function treeOf({ source, container }: Stage): SeenContainer {
  const tree = source.containers.get(container);
  if (tree === undefined) throw new Error('the container is gone');
  return tree;
}
