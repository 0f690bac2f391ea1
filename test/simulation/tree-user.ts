import type { SeenContainer } from '../memory/memory-account.ts';
import { isStoredDirectory } from '../memory/memory-entry.ts';
import type { BlobPath, Key } from '../../src/model/key.ts';
import { type Choices, pick, pickOne } from './choices.ts';
import type { Happening } from './event.ts';
import type { Stage } from './stage.ts';
import { TreeActs } from './tree-acts.ts';
import { TreeMoves } from './tree-moves.ts';
import type { User } from './user.ts';
import { treeOf } from './tree-of.ts';

/** Few, so that histories collide; the simplest first. */
const PATHS = [
  'a',
  'b',
  'a/a',
  'a/b',
  'b/a',
  'c',
  'a/a/a',
  'b/b',
  'a/a/b',
  'b/a/b',
  'a/b/a',
] as readonly string[] as readonly BlobPath[];

/** How many of the paths are in use: with the fewest, nearly everything collides. */
const WIDTHS = [3, 6, PATHS.length];

/** The users of a hierarchical source account. */
export class TreeUser implements User {
  readonly #stage: Stage;
  readonly #choices: Choices;
  readonly #acts: TreeActs;
  readonly #moves: TreeMoves;
  readonly #paths: readonly BlobPath[];

  constructor(stage: Stage, sourceChanged: () => void) {
    this.#stage = stage;
    this.#choices = stage.choices;
    this.#paths = PATHS.slice(0, pickOne(this.#choices, WIDTHS));
    this.#acts = new TreeActs(stage, this.#paths, sourceChanged);
    this.#moves = new TreeMoves(stage, (what) => this.#acts.tellChange(what));
  }

  /** Something that exists before the history begins. */
  prepare(): void {
    this.#acts.isQuiet = true;
    const tree = treeOf(this.#stage);
    const acts = [...this.#offerNew(tree, { file: 3, directory: 2 })];
    pick(this.#choices, acts).act();
    this.#acts.isQuiet = false;
  }

  act(): void {
    // Two changes may fall into one second, the resolution of Last-Modified and Date.
    this.#stage.pass(pickOne(this.#choices, [1000, 400, 0]));
    const { source, container, grid } = this.#stage;
    if (!source.containers.has(container)) {
      this.#acts.makeContainer();
      return;
    }
    const tree = treeOf(this.#stage);
    const there = [...tree.blobs.keys()];
    const directories = there.filter((path) => isStoredDirectory(tree.blobs.get(path)));
    const files = there.filter((path) => !directories.includes(path));
    pick(this.#choices, [
      ...this.#offerNew(tree, { file: 8, directory: 4 }),
      ...this.#offer(5, files, (path) => this.#acts.delete(path)),
      ...this.#offer(8, directories, (path) => this.#acts.removeTree(path)),
      ...this.#offer(3, directories, (path) => this.#acts.makeAgain(path)),
      ...this.#offer(
        10,
        this.#paths.filter((path) => path.includes('/') && tree.takesFile(path)),
        (path) => this.#acts.comeAndGo(path),
      ),
      ...this.#offer(12, this.#moves.possible(this.#paths), (move) => this.#moves.rename(move)),
      ...this.#offer(3, this.#moves.swaps(), (swap) => this.#moves.swap(swap)),
      ...this.#offer(8, this.#moves.undoable(), (undo) => undo()),
      ...this.#offer(16, this.#returns(tree), (path) => this.#acts.write(path)),
      ...this.#offer(2, files, (path) => this.#acts.changeMetadata(path)),
      ...this.#offer(2, there, (path) => this.#acts.giveToAlice(path)),
      { weight: 2, act: () => grid.forge(this.#falsehood()) },
      { weight: 1, act: () => grid.sendPoison() },
      { weight: 1, act: () => this.#acts.dropContainer() },
    ]).act();
  }

  #offer<Item>(weight: number, items: readonly Item[], act: (item: Item) => void) {
    return items.length === 0 ? [] : [{ weight, act: () => act(pickOne(this.#choices, items)) }];
  }

  /** Acts that create the last deleted directory again, perhaps while a worker handles its deletion. */
  #returns(tree: SeenContainer): readonly BlobPath[] {
    const { gone } = this.#acts;
    const path = `${gone}/a` as BlobPath;
    return gone !== undefined && !tree.blobs.has(gone) && tree.takesFile(path) ? [path] : [];
  }

  #falsehood(): Happening {
    const [one, other] = [pickOne(this.#choices, this.#paths), pickOne(this.#choices, this.#paths)];
    const type = pickOne(this.#choices, [
      'BlobDeleted',
      'DirectoryDeleted',
      'BlobRenamed',
      'DirectoryRenamed',
    ] as const);
    const isRename = type === 'BlobRenamed' || type === 'DirectoryRenamed';
    return {
      type,
      key: this.#key(one),
      time: this.#stage.now(),
      ...(isRename && { from: this.#key(other) }),
    };
  }

  /** Files and directories where they may be created. */
  #offerNew(tree: SeenContainer, weight: { readonly file: number; readonly directory: number }) {
    const files = this.#paths.filter((path) => tree.takesFile(path));
    const directories = this.#paths.filter((path) => tree.takesDirectory(path));
    return [
      ...this.#offer(weight.file, files, (path) => this.#acts.write(path)),
      ...this.#offer(weight.directory, directories, (path) => this.#acts.mkdir(path)),
    ];
  }

  #key(path: BlobPath): Key {
    return { container: this.#stage.container, path };
  }
}
