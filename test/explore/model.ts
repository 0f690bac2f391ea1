import { expectRest } from '../simulation/expect-rest.ts';
import { type MirrorFunctions, REAL_FUNCTIONS } from '../simulation/mirror-functions.ts';
import type { Worker } from '../simulation/worker.ts';
import { Violation } from '../simulation/violation.ts';
import type { Tell } from '../simulation/story.ts';
import { describeScene } from './describe-scene.ts';
import type { Model } from './explore.ts';
import { createScene, type Scene, type Scope } from './scene.ts';
import { movesOf } from './scene-moves.ts';

export function modelOf(
  scope: Scope,
  functions: MirrorFunctions = REAL_FUNCTIONS,
  tell?: Tell,
): Model<Scene> {
  return {
    start: async () => await Promise.resolve(createScene(scope, functions, tell)),
    moves: movesOf,
    settle: async (scene) => {
      await drained();
      for (const worker of scene.workers) forget(scene, worker);
    },
    describe: describeScene,
    expectRest: async (scene) => {
      if (scene.fullSync.state !== 'done')
        throw new Violation('never at rest', `the full sync: ${scene.fullSync.state}`);
      await expectRest(scene);
    },
  };
}

/** Ticks come after all promise callbacks, also those that callbacks add. */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/**
 * On flat accounts, the mirror core remembers nothing between two messages. On hierarchical ones it knows directories;
 * where workers are short-lived, another one takes the place of each that is idle.
 */
function forget({ kind, scope, network }: Scene, worker: Worker): void {
  const { life, handling } = worker;
  if (handling.size > 0 || network.pending.some((call) => call.life === life)) return;
  if (kind === 'tree') {
    if (scope.isShortLived === true && life.calls > 0) worker.crash();
    return;
  }
  if (life.seen !== undefined) life.seen.length = 0;
  life.spared = false;
  life.calls = 0;
}
