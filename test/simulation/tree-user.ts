import type { MemoryBlob, SeenContainer } from '../../src/memory/memory-account.js';
import { isStoredDirectory } from '../../src/memory/memory-entry.js';
import type { Access } from '../../src/model/access.js';
import type { BlobPath, Key } from '../../src/model/key.js';
import { type Choices, pick, pickOne } from './choices.js';
import { describeTree } from './describe-tree.js';
import type { Happening } from './event.js';
import type { Stage } from './stage.js';
import { TreeMoves } from './tree-moves.js';
import type { User } from './user.js';

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

const CONTENTS = ['x', 'y', 'zz'];
const HEADERS = [{}, { contentType: 'text/x' }];

/** How many of the paths are in use: in the narrowest world nearly everything collides. */
const WIDTHS = [3, 6, PATHS.length];

/** Of a file or directory that was given to somebody. */
const ALICES: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---',
};

/** The users of a hierarchical source account. */
export class TreeUser implements User {
  readonly #stage: Stage;
  readonly #choices: Choices;
  readonly #sourceChanged: () => void;
  readonly #moves: TreeMoves;
  readonly #paths: readonly BlobPath[];
  #versions = 0;
  /** Before the history begins no event is raised. */
  #isQuiet = false;

  constructor(stage: Stage, sourceChanged: () => void) {
    this.#stage = stage;
    this.#choices = stage.choices;
    this.#sourceChanged = sourceChanged;
    this.#paths = PATHS.slice(0, pickOne(this.#choices, WIDTHS));
    this.#moves = new TreeMoves(stage, (what) => this.#tellChange(what));
  }

  /** Something that is there before the history begins. */
  prepare(): void {
    this.#isQuiet = true;
    const tree = this.#tree();
    const acts = [
      ...this.#offer(
        3,
        this.#paths.filter((path) => tree.takesFile(path)),
        (path) => this.#write(path),
      ),
      ...this.#offer(
        2,
        this.#paths.filter((path) => tree.takesDirectory(path)),
        (path) => this.#mkdir(path),
      ),
    ];
    pick(this.#choices, acts).act();
    this.#isQuiet = false;
  }

  act(): void {
    // Two changes may fall into one second, which is all that Last-Modified and Date tell.
    this.#stage.pass(pickOne(this.#choices, [1000, 400, 0]));
    const { source, container, grid } = this.#stage;
    if (!source.containers.has(container)) {
      this.#makeContainer();
      return;
    }
    const tree = this.#tree();
    const there = [...tree.blobs.keys()];
    const directories = there.filter((path) => isStoredDirectory(tree.blobs.get(path)));
    const files = there.filter((path) => !directories.includes(path));
    pick(this.#choices, [
      ...this.#offer(
        8,
        this.#paths.filter((path) => tree.takesFile(path)),
        (path) => this.#write(path),
      ),
      ...this.#offer(
        4,
        this.#paths.filter((path) => tree.takesDirectory(path)),
        (path) => this.#mkdir(path),
      ),
      ...this.#offer(5, files, (path) => this.#delete(path)),
      ...this.#offer(5, directories, (path) => this.#removeTree(path)),
      ...this.#offer(3, directories, (path) => this.#makeAgain(path)),
      ...this.#offer(12, this.#moves.possible(this.#paths), (move) => this.#moves.rename(move)),
      ...this.#offer(3, this.#moves.swaps(), (swap) => this.#moves.swap(swap)),
      ...this.#offer(8, this.#moves.undoable(), (undo) => undo()),
      ...this.#offer(2, files, (path) => this.#changeMetadata(path)),
      ...this.#offer(2, there, (path) => this.#giveToAlice(path)),
      { weight: 2, act: () => grid.forge(this.#falsehood()) },
      { weight: 1, act: () => grid.sendPoison() },
      { weight: 1, act: () => this.#dropContainer() },
    ]).act();
  }

  #offer<Item>(weight: number, items: readonly Item[], act: (item: Item) => void) {
    return items.length === 0 ? [] : [{ weight, act: () => act(pickOne(this.#choices, items)) }];
  }

  #write(path: BlobPath): void {
    const isThere = this.#tree().blobs.has(path);
    const api = pickOne(this.#choices, ['PutBlob', isThere ? 'FlushWithClose' : 'CreateFile']);
    const content = api === 'CreateFile' ? '' : pickOne(this.#choices, CONTENTS);
    const hasMd5 = this.#choices.draw(4) < 3;
    this.#put(path, { content, ...(hasMd5 && { contentMd5: `md5 of ${content}` }) });
    this.#raise({ type: 'BlobCreated', key: this.#key(path), api });
  }

  /** Azure raises no event for it: a later look, by a listing, must find it. */
  #changeMetadata(path: BlobPath): void {
    const { source, grid } = this.#stage;
    const {
      etag: _etag,
      lastModified: _lastModified,
      ...file
    } = source.peek(this.#key(path)) ?? { content: '' };
    this.#put(path, file);
    grid.look({ type: 'BlobCreated', key: this.#key(path), time: this.#stage.now() });
  }

  #put(path: BlobPath, file: MemoryBlob): void {
    const version = `v${++this.#versions}`;
    const headers = pickOne(this.#choices, HEADERS);
    this.#stage.source.put(this.#key(path), { ...file, headers, metadata: { version } });
    this.#tellChange(`writes ${path}: ${version}, ${JSON.stringify(file.content)}`);
  }

  #mkdir(path: BlobPath): void {
    const metadata = this.#choices.draw(2) === 0 ? {} : { version: `d${++this.#versions}` };
    const access = this.#choices.draw(4) < 3 ? undefined : ALICES;
    this.#stage.source.makeDirectory(this.#key(path), { metadata, ...(access && { access }) });
    this.#tellChange(`makes the directory ${path}`);
    this.#raise({ type: 'DirectoryCreated', key: this.#key(path), api: 'CreateDirectory' });
  }

  #delete(path: BlobPath): void {
    this.#stage.source.remove(this.#key(path));
    this.#tellChange(`deletes ${path}`);
    this.#raise({ type: 'BlobDeleted', key: this.#key(path), api: 'DeleteFile' });
  }

  #removeTree(path: BlobPath): void {
    const recursive = this.#tree().isEmpty(path) ? 'false' : 'true';
    this.#stage.source.removeTree(this.#key(path));
    this.#tellChange(`deletes the directory ${path} with all that is in it`);
    this.#raise({ type: 'DirectoryDeleted', key: this.#key(path), api: 'DeleteDirectory', recursive });
  }

  /** Deleted and there again before anybody looks. */
  #makeAgain(path: BlobPath): void {
    this.#removeTree(path);
    if (this.#choices.draw(2) === 0) this.#mkdir(path);
    else this.#write(pickOne(this.#choices, [`${path}/a`, `${path}/b`] as BlobPath[]));
  }

  /** No event tells of it: here, a needless one comes afterwards. */
  #giveToAlice(path: BlobPath): void {
    const { source, grid } = this.#stage;
    const key = this.#key(path);
    source.permit(key, ALICES);
    this.#tellChange(`gives ${path} to alice`);
    const type = isStoredDirectory(source.entry(key)) ? 'DirectoryCreated' : 'BlobCreated';
    grid.look({ type, key, time: this.#stage.now() });
  }

  #dropContainer(): void {
    const { source, container } = this.#stage;
    source.dropContainer(container);
    this.#tellChange('deletes the container');
  }

  /** What went with the container raised no event, and a later listing finds it. */
  #makeContainer(): void {
    const { source, backup, container, grid } = this.#stage;
    source.addContainer(container);
    this.#tellChange('makes the container again');
    for (const path of backup.containers.get(container)?.blobs.keys() ?? [])
      grid.look({ type: 'BlobDeleted', key: this.#key(path), time: this.#stage.now() });
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

  #raise(happening: Happening): void {
    if (this.#isQuiet) return;
    const time = this.#stage.now();
    this.#stage.grid.raise({ ...happening, time }, () => ({
      type: 'BlobCreated',
      key: this.#key(pickOne(this.#choices, this.#paths)),
      time,
    }));
  }

  #tellChange(what: string): void {
    const { tell, source, container } = this.#stage;
    this.#sourceChanged();
    tell?.('a user', `${what}: ${describeTree(source, container)}`);
  }

  #tree(): SeenContainer {
    const tree = this.#stage.source.containers.get(this.#stage.container);
    if (tree === undefined) throw new Error('the container is gone');
    return tree;
  }

  #key(path: BlobPath): Key {
    return { container: this.#stage.container, path };
  }
}
