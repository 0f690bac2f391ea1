import type { BlobPath, Key } from '../../src/model/key.ts';
import type { Happening } from '../simulation/event.ts';
import { TreeWitness } from '../simulation/tree-witness.ts';
import type { Act, Scene } from './scene.ts';

/** What users of the source do in small worlds, with the events of Azure for it. */

export function write(path: string, content: string): Act {
  return act(`writes ${path}`, path, (scene, key, version) => {
    scene.source.put(key, { content, metadata: { version } });
    return { type: 'BlobCreated', key, api: 'PutBlob' };
  });
}

export function remove(path: string): Act {
  return act(`deletes ${path}`, path, ({ source }, key) => {
    source.remove(key);
    return { type: 'BlobDeleted', key, api: 'DeleteFile' };
  });
}

/** Another tool, or a user of the backup, puts a blob there before the history begins. */
export function putForeign(path: string): Act {
  return {
    what: `puts ${path} on the backup`,
    act: ({ backup, container }) => {
      backup.addContainer(container);
      backup.put({ container, path: path as BlobPath }, { content: 'theirs' });
    },
  };
}

export function makeDirectory(path: string): Act {
  return act(`makes the directory ${path}`, path, ({ source }, key) => {
    source.makeDirectory(key);
    return { type: 'DirectoryCreated', key, api: 'CreateDirectory' };
  });
}

/** With everything below it. */
export function removeDirectory(path: string): Act {
  return act(`deletes the directory ${path}`, path, ({ source }, key) => {
    source.removeTree(key);
    return { type: 'DirectoryDeleted', key, api: 'DeleteDirectory', recursive: 'true' };
  });
}

export function rename(from: string, to: string, what: 'Directory' | 'Blob'): Act {
  return act(`renames ${from} to ${to}`, to, ({ source, container }, key) => {
    const old = { container, path: from as BlobPath };
    if (!source.move(old, key)) throw new Error(`${from} cannot be renamed to ${to}`);
    const api = what === 'Directory' ? 'RenameDirectory' : 'RenameFile';
    return { type: `${what}Renamed`, key, from: old, api };
  });
}

function act(
  what: string,
  path: string,
  change: (scene: Scene, key: Key, version: string) => Happening,
): Act {
  return {
    what,
    act: (scene, version) => {
      const { container, witness, grid, tell } = scene;
      const key = { container, path: path as BlobPath };
      const happening = change(scene, key, version);
      tell?.('a user', what);
      if (witness instanceof TreeWitness) witness.sourceChanged();
      else witness.sourceChanged(key);
      if (!scene.isQuiet) grid.raise({ ...happening, time: scene.now() }, () => happening);
    },
  };
}
