import type { ContainerName } from './key.ts';

/** All keys of a container whose path begins with these characters: with none of them, all of the container's. */
export interface Prefix {
  readonly container: ContainerName;
  readonly path: string;
}
