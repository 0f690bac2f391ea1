import { type ContainerName, type Key, parseBlobPath } from '../../model/key.ts';
import { canaryName, type MirrorId } from '../../model/mirror-id.ts';

/** Where the canary of a mirror lives: each has its own, since several may mirror one source, and several to one backup. */
export function canaryPlace(container: ContainerName, id: MirrorId): Key {
  return { container, path: parseBlobPath(canaryName(id)) };
}
