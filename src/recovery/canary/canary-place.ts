import { type ContainerName, type Key, parseBlobPath } from '../../model/key.js';

/** Where the canary of a mirror lives: one for each backup account, since several may mirror one source. */
export function canaryPlace(container: ContainerName, backup: string): Key {
  return { container, path: parseBlobPath(`to-${backup}.json`) };
}
