/**
 * The simulation: the production mirror core and intake on the ports in memory, under a random schedule. At
 * every call of every port, a random choice decides who acts next and what fails; nothing here waits for a
 * clock, and the same choices make the same history. It must not know how the mirror core works: it sees
 * calls, and judges by the content of the two accounts.
 */
import { type Choices, pick } from './choices.ts';
import { expectRest } from './expect-rest.ts';
import { faults } from './faults.ts';
import { type MirrorFunctions, REAL_FUNCTIONS } from './mirror-functions.ts';
import { moves } from './moves.ts';
import type { Tell } from './story.ts';
import { Violation } from './violation.ts';
import type { WorldKind } from './stage.ts';
import { createWorld } from './world.ts';

/** Far more than any history needs to come to rest. */
const MAX_STEPS = 6_000;

/** Plays one history to its end. Undefined when every promise was kept. */
export async function simulate(
  kind: WorldKind,
  choices: Choices,
  functions: MirrorFunctions = REAL_FUNCTIONS,
  tell?: Tell,
): Promise<Violation | undefined> {
  const world = createWorld(kind, choices, functions, tell);
  try {
    for (let step = 0; step < MAX_STEPS; step++) {
      await drained();
      const regular = moves(world);
      if (regular.length === 0) {
        await expectRest(world);
        return undefined;
      }
      pick(choices, world.left.faults > 0 ? [...regular, ...faults(world)] : regular).act();
    }
    throw new Violation('never at rest', `still moving after ${MAX_STEPS} steps`);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    tell?.('at last', error.message);
    return error;
  }
}

/**
 * Until every worker waits for an answer: ticks come after all promise callbacks, also those that callbacks
 * add.
 */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
