import { type Key, keyText, parseKey } from '../../src/model/key.ts';
import { FlatUser } from './flat-user.ts';
import { putForeignBlobs } from './other-tool.ts';
import { FlatWitness } from './flat-witness.ts';
import { pickOne } from './choices.ts';
import { HistoryWitness } from './history-witness.ts';
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

/** The same on a backup that keeps versions: those of one name are all of one kind. */
export function castKept(stage: Stage): Cast {
  const { container, choices } = stage;
  const all: readonly Key[] = [parseKey(container, 'cat'), parseKey(container, 'dog')];
  const keys = all.slice(0, 1 + choices.draw(all.length));
  putForeignBlobs(stage, choices, keys, ['block']);
  const flat = new FlatWitness(stage, keys);
  const user = new FlatUser(stage, keys, (key) => flat.sourceChanged(key), ['block']);
  return { user, witness: new HistoryWitness(stage, keys, flat), keys: () => keys };
}

/** One or two blobs, and a user of the backup who leases what is there. */
export function castLeased(stage: Stage): Cast {
  const { container, choices, backup, tell } = stage;
  const all: readonly Key[] = [parseKey(container, 'cat'), parseKey(container, 'dog')];
  const keys = all.slice(0, 1 + choices.draw(all.length));
  const witness = new FlatWitness(stage, keys);
  const user = new FlatUser(stage, keys, (key) => witness.sourceChanged(key));
  const act = (): void => {
    const key = pickOne(choices, keys);
    const there = backup.peek(key);
    if (there === undefined || choices.draw(2) === 0) {
      user.act();
      return;
    }
    const isLeased = there.isLeased !== true;
    backup.lease(key, isLeased);
    tell?.('a user', `${isLeased ? 'leases' : 'breaks the lease of'} ${keyText(key)} on the backup`);
  };
  return { user: { act }, witness, keys: () => keys };
}
