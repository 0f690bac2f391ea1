import type { Key } from '../../src/model/key.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { replayChoices } from '../simulation/choices.ts';
import { FlatWitness } from '../simulation/flat-witness.ts';
import { HistoryWitness } from '../simulation/history-witness.ts';
import type { MirrorFunctions } from '../simulation/mirror-functions.ts';
import { Network } from '../simulation/network.ts';
import { mirrorAll } from '../simulation/mirror-all.ts';
import { openStage } from '../simulation/open-stage.ts';
import type { Stage } from '../simulation/stage.ts';
import type { Tell } from '../simulation/story.ts';
import { TreeWitness } from '../simulation/tree-witness.ts';
import { Worker } from '../simulation/worker.ts';
import type { World } from '../simulation/world.ts';
import type { FullSync } from './full-sync.ts';

/** What fails at most, and how often. */
export interface Faults {
  /** A message is delivered to another worker while the first one still handles it. */
  readonly redeliveries: number;
  readonly crashes: number;
  /** The answer of a write is lost: the service did it, does it later, or never. */
  readonly unknowns: number;
}

/** Something that a user of the source does. */
export interface Act {
  readonly what: string;
  /** @param version of what is written */
  readonly act: (scene: Scene, version: string) => void;
}

/** A small world: who is in it, what fails, and what users do, in this order but at any time. */
export interface Scope {
  readonly kind: 'flat' | 'tree' | 'kept';
  readonly workers: number;
  /** Messages that a worker handles at a time. */
  readonly concurrency: number;
  readonly faults: Faults;
  /** Whether a full sync compares the container meanwhile, in one slice that begins at any time. */
  readonly fullSync?: true;
  /** Whether a worker that is idle gives way to a new one, which knows nothing. */
  readonly isShortLived?: true;
  /** Whether orders are played, too, that make no difference: it takes long, and shows that nothing is left out. */
  readonly everyOrder?: true;
  readonly paths: readonly string[];
  /** What the source has before, and the backup, too. */
  readonly before: readonly Act[];
  readonly acts: readonly Act[];
}

/** A scope that is being played. */
export interface Scene extends World {
  readonly scope: Scope;
  readonly witness: FlatWitness | TreeWitness | HistoryWitness;
  readonly fullSync: FullSync;
  /** Whether users' acts raise no events. */
  isQuiet: boolean;
  /** What is left of them. */
  readonly budget: { acts: number; redeliveries: number; crashes: number; unknowns: number };
}

export function createScene(scope: Scope, functions: MirrorFunctions, tell: Tell | undefined): Scene {
  const { kind } = scope;
  // Event Grid sends one event once: redeliveries are a fault of their own.
  const choices = replayChoices([]);
  const { stage, queue } = openStage(kind, choices, tell);
  const { source, backup, container, now } = stage;
  backup.addContainer(container);
  const keys: readonly Key[] = scope.paths.map((path) => ({ container, path: path as Key['path'] }));
  const witness = openWitness(kind, stage, keys);
  const network = new Network({ queue, witness, tell });
  const documents = new MemoryDocuments();
  const surroundings = { kind, source, backup, queue, documents, network, functions, now, records: true };
  const workers = Array.from(
    { length: scope.workers },
    (_, i) => new Worker(`worker ${i + 1}`, surroundings),
  );
  const { redeliveries, crashes, unknowns } = scope.faults;
  const scene: Scene = {
    ...stage,
    scope,
    kind,
    functions,
    queue,
    documents,
    network,
    workers,
    user: { act: () => undefined },
    keys: () => keys,
    left: { acts: 0, faults: 0, retries: 0 },
    budget: { acts: scope.acts.length, redeliveries, crashes, unknowns },
    witness,
    fullSync: { life: undefined, state: scope.fullSync === true ? 'not begun' : 'done' },
    isQuiet: true,
  };
  for (const [i, { act }] of scope.before.entries()) act(scene, `before ${i + 1}`);
  mirrorAll(stage);
  if (witness instanceof TreeWitness) witness.begin();
  scene.isQuiet = false;
  return scene;
}

function openWitness(kind: Scope['kind'], stage: Stage, keys: readonly Key[]): Scene['witness'] {
  if (kind === 'tree') return new TreeWitness(stage);
  const flat = new FlatWitness(stage, keys);
  return kind === 'kept' ? new HistoryWitness(stage, keys, flat) : flat;
}
