import { type ContainerName, type Key, parseKey } from '../model/key.ts';
import { RESERVED_DIRECTORY } from '../model/scope.ts';
import type { MemoryState } from './memory-state.ts';

/** What is younger may still be on its way: its worker is about to read the source again, and to delete it itself. */
const KEPT_MS = 3_600_000;

/** The trash of an account's containers. A place in it says when it was taken, and is never given twice. */
export class MemoryTrash {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  /** Takes a directory out of the live tree. Returns where it is now. */
  take(directory: Key): Key {
    const { container } = directory;
    const at = `${RESERVED_DIRECTORY}/trash/${this.#state.now().getTime()}`;
    const parent = parseKey(container, at);
    if (this.#state.entry(parent) === undefined) this.#state.makeDirectory(parent);
    const place = parseKey(container, `${at}/${this.#state.nextEtag()}`);
    this.#state.move(directory, place);
    return place;
  }

  /** Deletes what has been there for longer than anybody takes. */
  empty(container: ContainerName): void {
    for (const path of this.#state.containers.get(container)?.blobs.keys() ?? []) {
      const [, since] = /^[^/]+\/trash\/(\d+)$/.exec(path) ?? [];
      if (since !== undefined && this.#state.now().getTime() - Number(since) > KEPT_MS)
        this.#state.removeTree({ container, path });
    }
  }
}
