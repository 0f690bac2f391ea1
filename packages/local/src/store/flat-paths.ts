import type { Place } from './blobs.ts';
import type { Containers } from './containers.ts';

/** Turns the path of a blob in a container into its place. */
export interface Paths {
  /** Undefined when there is no such container, or no such directory. */
  find(account: string, container: string, path: string): Place | undefined;
  /** Makes missing directories. */
  make(account: string, container: string, path: string): Place;
}

/** The paths of flat accounts: each is a name in the root of its container. */
export class FlatPaths implements Paths {
  readonly #containers: Containers;

  constructor(containers: Containers) {
    this.#containers = containers;
  }

  find(account: string, container: string, path: string): Place | undefined {
    const parent = this.#containers.root(account, container);
    return parent === undefined ? undefined : { parent, segment: path };
  }

  make(account: string, container: string, path: string): Place {
    const place = this.find(account, container, path);
    if (place === undefined) throw new Error(`there is no container ${container}`);
    return place;
  }
}
