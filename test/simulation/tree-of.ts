import type { SeenContainer } from '../memory/memory-account.ts';
import type { Stage } from './stage.ts';

/** What is in the container of the source, which must be there. */
export function treeOf({ source, container }: Stage): SeenContainer {
  const tree = source.containers.get(container);
  if (tree === undefined) throw new Error('the container is gone');
  return tree;
}
