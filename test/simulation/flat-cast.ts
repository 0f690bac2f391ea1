import { type Key, parseKey } from '../../src/model/key.ts';
import { FlatUser } from './flat-user.ts';
import { putForeignBlobs } from './other-tool.ts';
import { FlatWitness } from './flat-witness.ts';
import type { Cast, Stage } from './stage.ts';

/** One or two blobs on flat accounts. */
export function castFlat(stage: Stage): Cast {
  const { container, choices } = stage;
  const all: readonly Key[] = [parseKey(container, 'cat'), parseKey(container, 'dog')];
  const keys = all.slice(0, 1 + choices.draw(all.length));
  putForeignBlobs(stage, choices, keys);
  const witness = new FlatWitness(stage, keys);
  const user = new FlatUser(stage, keys, (key) => witness.sourceChanged(key));
  return { user, witness, keys: () => keys };
}
