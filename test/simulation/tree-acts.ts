import type { MemoryBlob } from '../memory/memory-account.ts';
import { isStoredDirectory } from '../memory/memory-entry.ts';
import type { Access } from '../../src/model/access.ts';
import type { BlobPath, Key } from '../../src/model/key.ts';
import { type Choices, pickOne } from './choices.ts';
import { describeTree } from './describe-tree.ts';
import type { Happening } from './event.ts';
import type { Stage } from './stage.ts';
import { HEADERS, MD5S } from './declared.ts';
import { treeOf } from './tree-of.ts';

const CONTENTS = ['x', 'y', 'zz'];

/** The access of a file or directory that was given to a user. */
const ALICES: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---',
};

/** What users do to files and directories, except renames, and the events of Azure for it. */
export class TreeActs {
  /** The directory that was deleted last. */
  gone: BlobPath | undefined;
  /** Before the history begins, no event is raised. */
  isQuiet = false;
  readonly #stage: Stage;
  readonly #choices: Choices;
  readonly #paths: readonly BlobPath[];
  readonly #sourceChanged: () => void;
  #versions = 0;

  constructor(stage: Stage, paths: readonly BlobPath[], sourceChanged: () => void) {
    this.#stage = stage;
    this.#choices = stage.choices;
    this.#paths = paths;
    this.#sourceChanged = sourceChanged;
  }

  write(path: BlobPath): void {
    const isThere = treeOf(this.#stage).blobs.has(path);
    // Mostly acts that cause no further checks of their own: those would make up for what the check of an
    // event misses.
    const slowly = this.#choices.draw(3) < 2 ? 'CreateFile' : 'FlushWithClose';
    const api = this.#choices.draw(4) < 3 ? 'PutBlob' : isThere ? slowly : 'CreateFile';
    const content = api === 'CreateFile' ? '' : pickOne(this.#choices, CONTENTS);
    const contentMd5 = pickOne(this.#choices, MD5S)(content);
    this.#put(path, { content, ...(contentMd5 !== undefined && { contentMd5 }) });
    this.#raise({ type: 'BlobCreated', key: this.#key(path), api });
  }

  /** Azure raises no event for it: a later check, after a listing, must find it. */
  changeMetadata(path: BlobPath): void {
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
    this.tellChange(`writes ${path}: ${version}, ${JSON.stringify(file.content)}`);
  }

  mkdir(path: BlobPath): void {
    const metadata = this.#choices.draw(2) === 0 ? {} : { version: `d${++this.#versions}` };
    const access = this.#choices.draw(4) < 3 ? undefined : ALICES;
    this.#stage.source.makeDirectory(this.#key(path), { metadata, ...(access && { access }) });
    this.tellChange(`makes the directory ${path}`);
    this.#raise({ type: 'DirectoryCreated', key: this.#key(path), api: 'CreateDirectory' });
  }

  delete(path: BlobPath): void {
    this.#stage.source.remove(this.#key(path));
    this.tellChange(`deletes ${path}`);
    this.#raise({ type: 'BlobDeleted', key: this.#key(path), api: 'DeleteFile' });
  }

  removeTree(path: BlobPath): void {
    const recursive = treeOf(this.#stage).isEmpty(path) ? 'false' : 'true';
    this.#stage.source.removeTree(this.#key(path));
    this.gone = path;
    this.tellChange(`deletes the directory ${path} with all that is in it`);
    this.#raise({ type: 'DirectoryDeleted', key: this.#key(path), api: 'DeleteDirectory', recursive });
  }

  /** Created and deleted before any check: the directory that it was put into stays. */
  comeAndGo(path: BlobPath): void {
    this.write(path);
    this.delete(path);
  }

  /** Deleted and created again before any check. */
  makeAgain(path: BlobPath): void {
    this.removeTree(path);
    if (this.#choices.draw(2) === 0) this.mkdir(path);
    else this.write(pickOne(this.#choices, [`${path}/a`, `${path}/b`] as BlobPath[]));
  }

  /** Azure raises no event for it: here, a needless one follows. */
  giveToAlice(path: BlobPath): void {
    const { source, grid } = this.#stage;
    const key = this.#key(path);
    source.permit(key, ALICES);
    this.tellChange(`gives ${path} to alice`);
    const type = isStoredDirectory(source.entry(key)) ? 'DirectoryCreated' : 'BlobCreated';
    grid.look({ type, key, time: this.#stage.now() });
  }

  dropContainer(): void {
    const { source, container } = this.#stage;
    source.dropContainer(container);
    this.tellChange('deletes the container');
  }

  /** What was deleted with the container raised no event; a later listing finds it. */
  makeContainer(): void {
    const { source, backup, container, grid } = this.#stage;
    source.addContainer(container);
    this.tellChange('makes the container again');
    for (const path of backup.containers.get(container)?.blobs.keys() ?? [])
      grid.look({ type: 'BlobDeleted', key: this.#key(path), time: this.#stage.now() });
  }

  #raise(happening: Happening): void {
    if (this.isQuiet) return;
    const time = this.#stage.now();
    this.#stage.grid.raise({ ...happening, time }, () => ({
      type: 'BlobCreated',
      key: this.#key(pickOne(this.#choices, this.#paths)),
      time,
    }));
  }

  /** To be called after every change of the source. */
  tellChange(what: string): void {
    const { tell, source, container } = this.#stage;
    this.#sourceChanged();
    tell?.('a user', `${what}: ${describeTree(source, container)}`);
  }

  #key(path: BlobPath): Key {
    return { container: this.#stage.container, path };
  }
}
