import { expect } from 'vitest';
import { compareListings, expectEqualAccounts } from '../../e2e/support/expect-equal-accounts.ts';
import { untilAtRest } from './at-rest.ts';
import { describeCounts, describeProgress } from './describe-chaos.ts';
import { type Chaos, type ChaosPlan, runChaos } from './run-chaos.ts';

export interface Proof {
  readonly plan: ChaosPlan;
  /** An empty directory. */
  readonly directory: string;
  /** Milliseconds until nothing is left to do, since the last fault. */
  readonly restWithin: number;
  readonly tell?: (line: string) => void;
}

const TELL_EVERY_MS = 5000;
/** Of a worker's resident memory. */
const MAX_MIB = 300;
const MAX_GROWTH_MIB = 64;

/** Makes chaos, then checks every promise of the mirror. Returns what happened. */
export async function expectOrderAfter({
  plan,
  directory,
  restWithin,
  tell = () => {},
}: Proof): Promise<Chaos> {
  let chaos: Chaos | undefined;
  const progress = setInterval(() => chaos && tell(describeProgress(chaos)), TELL_EVERY_MS);
  try {
    tell(`seed ${plan.seed}, ${plan.stormMs / 1000} s`);
    await runChaos(plan, directory, (started) => (chaos = started));
    if (chaos === undefined) throw new Error('it never began');
    tell('nothing goes wrong any more');
    await expectOrder(chaos, restWithin, tell);
    return chaos;
  } finally {
    clearInterval(progress);
    if (chaos !== undefined) tell(`${describeProgress(chaos)}\n${describeCounts(chaos)}`);
    // Errors at a worker's end are reported after all tests: they must not hide a failure here.
    await Promise.allSettled(chaos?.workers.map(async (worker) => await worker.end()) ?? []);
    await chaos?.world.stop();
  }
}

async function expectOrder(chaos: Chaos, restWithin: number, tell: (line: string) => void): Promise<void> {
  const { world, workers } = chaos;
  const { lateChecks, deadLetters } = await untilAtRest(world, restWithin);
  tell(`at rest, but for ${lateChecks} checks after writes that might still have been under way`);
  world.witness.checkCopies();
  expect(world.witness.violations).toEqual([]);
  expect(deadLetters).toEqual([]);
  // At once: all events have been handled.
  expect(await compareListings(world.accounts)).toEqual([]);
  tell(`${await expectEqualAccounts(world.accounts)} blobs are equal`);
  for (const worker of workers) {
    expect(worker.defects()).toEqual([]);
    expect(worker.memory.peakMiB).toBeLessThan(MAX_MIB);
    expect(worker.memory.growthMiB).toBeLessThan(MAX_GROWTH_MIB);
  }
}
