import { type Key, parseKey } from '../../src/model/key.ts';
import { isReserved } from '../../src/model/scope.ts';
import type { Cast, Stage } from './stage.ts';
import { describeTree } from './describe-tree.ts';
import { mirrorAll } from './mirror-all.ts';
import { putForeignBlobs } from './other-tool.ts';
import { TreeUser } from './tree-user.ts';
import { TreeWitness } from './tree-witness.ts';

/** Entries that may exist, in step on both sides, before the history begins. */
const MAX_PREPARED = 5;

/** A small tree on hierarchical accounts. */
export function castTree(stage: Stage): Cast {
  const { choices, container, source, backup, tell } = stage;
  const paths = new Set<Key['path']>();
  const user = new TreeUser(stage, () => {
    for (const path of source.containers.get(container)?.blobs.keys() ?? []) paths.add(path);
    witness.sourceChanged();
  });
  const witness = new TreeWitness(stage);
  const prepared = choices.draw(MAX_PREPARED + 1);
  for (let i = 0; i < prepared; i++) user.prepare();
  if (prepared > 0) mirrorAll(stage);
  putForeignBlobs(
    stage,
    choices,
    FOREIGN_PATHS.map((path) => parseKey(container, path)),
  );
  witness.begin();
  if (prepared > 0) tell?.('the backup', `has the same: ${describeTree(backup, container)}`);
  return {
    user,
    witness,
    keys: () => {
      const now = [...(backup.containers.get(container)?.blobs.keys() ?? [])];
      for (const path of now) if (!isReserved(path)) paths.add(path);
      return [...paths].map((path) => ({ container, path }));
    },
  };
}

/** Paths where another tool may have put something. */
const FOREIGN_PATHS = ['a', 'a/b', 'a/a/a', 'b/z'];
