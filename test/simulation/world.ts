import { MemoryDocuments } from '../memory/memory-documents.ts';
import type { MemoryQueue } from '../memory/memory-queue.ts';
import type { Choices } from './choices.ts';
import { castFlat, castKept, castLeased } from './flat-cast.ts';
import type { MirrorFunctions } from './mirror-functions.ts';
import { Network } from './network.ts';
import { openStage } from './open-stage.ts';
import type { Cast, Stage, WorldKind } from './stage.ts';
import type { Tell } from './story.ts';
import { castTree } from './tree-cast.ts';
import { Worker } from './worker.ts';

/** Few, so that histories collide. */
const MAX_WORKERS = 3;
const MAX_ACTS = 7;
const MAX_FAULTS = 4;
const MAX_RETRIES = 3;

/** Everything that takes part in one history. */
export interface World extends Stage, Cast {
  readonly kind: WorldKind;
  readonly functions: MirrorFunctions;
  readonly queue: MemoryQueue;
  /** Where the record of unprotected keys is. */
  readonly documents: MemoryDocuments;
  readonly network: Network;
  readonly workers: readonly Worker[];
  /** How many acts of users and how many faults are left. */
  readonly left: { acts: number; faults: number; retries: number };
}

const CASTS: Readonly<Record<WorldKind, (stage: Stage) => Cast>> = {
  flat: castFlat,
  tree: castTree,
  leased: castLeased,
  kept: castKept,
};

export function createWorld(
  kind: WorldKind,
  choices: Choices,
  functions: MirrorFunctions,
  tell: Tell | undefined,
): World {
  const workerCount = 1 + choices.draw(MAX_WORKERS);
  const left = {
    acts: 1 + choices.draw(MAX_ACTS),
    faults: choices.draw(MAX_FAULTS + 1),
    retries: kind === 'leased' ? choices.draw(MAX_RETRIES + 1) : 0,
  };

  const { stage, queue } = openStage(kind, choices, tell);
  const { source, backup, container, now } = stage;
  if (choices.draw(4) < 3) backup.addContainer(container);
  else tell?.('the backup', `has no container ${container} yet`);

  const cast = CASTS[kind](stage);
  const { witness } = cast;
  const network = new Network({ queue, witness, tell });
  const documents = new MemoryDocuments();
  const surroundings = { kind, source, backup, queue, documents, network, functions, now };
  const workers = Array.from({ length: workerCount }, (_, i) => new Worker(`worker ${i + 1}`, surroundings));
  return { ...stage, ...cast, kind, functions, queue, documents, network, workers, left };
}
