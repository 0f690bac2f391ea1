import { createMemoryAccount, type MemoryAccount } from '../../src/memory/memory-account.js';
import { MemoryQueue } from '../../src/memory/memory-queue.js';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.js';
import type { Choices } from './choices.js';
import type { Heart } from './heart.js';
import { Network } from './network.js';
import type { Tell } from './story.js';
import { User } from './user.js';
import { Witness } from './witness.js';
import { Worker } from './worker.js';

/** Few, so that histories collide. */
const KEYS: readonly Key[] = [parseKey('photos', 'cat'), parseKey('photos', 'dog')];
const CONTAINER = parseContainerName('photos');
const MOST_WORKERS = 3;
const MOST_ACTS = 7;
const MOST_FAULTS = 4;

/** All that takes part in one history. */
export interface World {
  readonly choices: Choices;
  readonly heart: Heart;
  readonly tell: Tell | undefined;
  readonly keys: readonly Key[];
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  readonly queue: MemoryQueue;
  readonly network: Network;
  readonly user: User;
  readonly workers: readonly Worker[];
  /** How many acts of users and how many faults are still to come. */
  readonly left: { acts: number; faults: number };
}

export function createWorld(choices: Choices, heart: Heart, tell: Tell | undefined): World {
  const keys = KEYS.slice(0, 1 + choices.draw(KEYS.length));
  const workerCount = 1 + choices.draw(MOST_WORKERS);
  const left = { acts: 1 + choices.draw(MOST_ACTS), faults: choices.draw(MOST_FAULTS + 1) };

  let time = Date.UTC(2026, 0, 1);
  const now = (): Date => new Date(time);
  const source = createMemoryAccount('sourceaccount', undefined, undefined, now);
  const backup = createMemoryAccount('backupaccount', undefined, source, now);
  source.addContainer(CONTAINER);
  if (choices.draw(4) < 3) backup.addContainer(CONTAINER);
  else tell?.('the backup', `has no container ${CONTAINER} yet`);

  const queue = new MemoryQueue();
  const witness = new Witness(source, keys);
  const network = new Network({ backup, queue, witness, tell });
  const user = new User(
    {
      source,
      queue,
      keys,
      tell,
      sourceChanged: (key) => witness.sourceChanged(key),
      tick: () => {
        time += 1000;
      },
    },
    choices,
  );
  const workers = Array.from(
    { length: workerCount },
    (_, i) => new Worker(`worker ${i + 1}`, { source, backup, queue, network, heart }),
  );
  return { choices, heart, tell, keys, source, backup, queue, network, user, workers, left };
}
