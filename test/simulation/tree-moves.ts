import { isStoredDirectory } from '../memory/memory-entry.ts';
import type { BlobPath, Key } from '../../src/model/key.ts';
import { type Choices, pickOne } from './choices.ts';
import type { Stage } from './stage.ts';

export interface PathMove {
  readonly from: BlobPath;
  readonly to: BlobPath;
}

/** A name that is used only during a swap. */
const BETWEEN = 'between' as BlobPath;
const DEEPEST = 4;

/** The renames of a user. */
export class TreeMoves {
  readonly #stage: Stage;
  readonly #choices: Choices;
  readonly #tellChange: (what: string) => void;
  #undo: { readonly isPossible: () => boolean; readonly act: () => void } | undefined;

  constructor(stage: Stage, tellChange: (what: string) => void) {
    this.#stage = stage;
    this.#choices = stage.choices;
    this.#tellChange = tellChange;
  }

  /** All renames that the service would accept. */
  possible(targets: readonly BlobPath[]): readonly PathMove[] {
    const tree = this.#stage.source.containers.get(this.#stage.container);
    const there = [...(tree?.blobs.keys() ?? [])];
    return there
      .flatMap((from) => targets.map((to) => ({ from, to })))
      .filter(({ from, to }) => from !== to && tree?.canMove(from, to) === true)
      .filter(({ from, to }) =>
        there
          .filter((path) => path.startsWith(`${from}/`))
          .every((path) => path.split('/').length - from.split('/').length + to.split('/').length <= DEEPEST),
      );
  }

  /** Pairs of which neither contains the other. */
  swaps(): readonly PathMove[] {
    const there = [...(this.#stage.source.containers.get(this.#stage.container)?.blobs.keys() ?? [])];
    return there.flatMap((from, i) =>
      there
        .slice(i + 1)
        .filter((to) => !to.startsWith(`${from}/`) && !from.startsWith(`${to}/`))
        .map((to) => ({ from, to })),
    );
  }

  /** Renames that undo the latest rename or swap, ETags included. */
  undoable(): readonly (() => void)[] {
    return this.#undo?.isPossible() === true ? [this.#undo.act] : [];
  }

  /** Two entries trade places by way of a third name. */
  swap(pair: PathMove): void {
    const { from, to } = pair;
    this.#rename({ from, to: BETWEEN });
    this.#rename({ from: to, to: from });
    this.#rename({ from: BETWEEN, to });
    this.#undo = {
      isPossible: () => this.swaps().some((other) => other.from === from && other.to === to),
      act: () => this.swap(pair),
    };
  }

  rename(move: PathMove): void {
    this.#rename(move);
    const back = { from: move.to, to: move.from };
    this.#undo = {
      isPossible: () => this.possible([back.to]).some(({ from }) => from === back.from),
      act: () => this.rename(back),
    };
  }

  #rename({ from, to }: PathMove): void {
    const { source, container, grid } = this.#stage;
    const old: Key = { container, path: from };
    const key: Key = { container, path: to };
    const isDirectory = isStoredDirectory(source.entry(old));
    if (!source.move(old, key)) throw new Error(`${from} cannot be renamed to ${to}`);
    this.#tellChange(`renames ${from} to ${to}`);
    const time = this.#stage.now();
    const about = { key, from: old, time };
    grid.raise(
      isDirectory
        ? { type: 'DirectoryRenamed', api: 'RenameDirectory', ...about }
        : { type: 'BlobRenamed', api: 'RenameFile', ...about },
      () => ({ type: 'BlobCreated', key: pickOne(this.#choices, [key, old]), time }),
    );
  }
}
