import type { SeenContainer } from '../../src/memory/memory-account.js';
import type { Stage } from './stage.js';

/** What is in the container of the source, which must be there. */
export function treeOf({ source, container }: Stage): SeenContainer {
  const tree = source.containers.get(container);
  if (tree === undefined) throw new Error('the container is gone');
  return tree;
}
