import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOfFuture } from '../../src/model/run-id.ts';
import { ClaimsWorld, type Rule } from './support/claims-world.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A clock that is right, or off by seconds or hours. */
const SKEW = fc.oneof(
  fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
  fc.integer({ min: -2 * MINUTE, max: 2 * MINUTE }),
  fc.constantFrom(0, 2 * HOUR, -2 * HOUR),
);
const WORKERS = 3;
const STEP = fc.oneof(
  fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 * MINUTE }) }),
  fc.record({ does: fc.constant('change' as const), lie: fc.constantFrom(0, 0, 3 * HOUR, -3 * HOUR) }),
  fc.record({ does: fc.constant('mirror' as const) }),
  fc.record({
    does: fc.constantFrom('sync' as const, 'status' as const),
    by: fc.integer({ min: 0, max: WORKERS + 1 }),
  }),
  fc.record({
    does: fc.constant('jump' as const),
    by: fc.integer({ min: 0, max: WORKERS - 1 }),
    ms: fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
  }),
);

const HISTORY = fc.asyncProperty(
  fc.constantFrom<Rule>('by the service'),
  fc.array(SKEW, { minLength: WORKERS, maxLength: WORKERS }),
  fc.array(STEP, { maxLength: 40 }),
  play,
);

async function play(
  rule: Rule,
  skews: readonly number[],
  steps: readonly (typeof STEP extends fc.Arbitrary<infer Step> ? Step : never)[],
): Promise<void> {
  const world = new ClaimsWorld(skews, rule);
  const workers = world.workers;
  const told: string[] = [];
  const begun: string[] = [];
  for (const step of steps) {
    // Requests take time, and no two things happen at the same moment.
    world.world.time += 10;
    if (step.does === 'wait') world.world.time += step.ms;
    else if (step.does === 'change') world.change(step.lie);
    else if (step.does === 'mirror') world.mirrorOne();
    else {
      const worker = workers[step.by % workers.length];
      if (worker === undefined) continue;
      if (step.does === 'jump') worker.machine.ahead += step.ms;
      else if (step.does === 'sync') begun.push((await worker.sync()) ?? '');
      else {
        // One answer may be wrong, so two are needed.
        worker.machine.hear({ tookMs: 40 });
        const status = await worker.read();
        // What an earlier release claims is not tested; what it leaves in the state is.
        if (worker.rule !== rule) continue;
        told.push(...world.falseClaims(status));
        const isOff = Math.abs(worker.machine.ahead) > MINUTE + 1500;
        if (isOff && rule === 'by the service' && status.recovery.live !== null)
          told.push('a clock that is off claims a live point');
        if (isOff && status.clock?.state === 'off' && status.health.status === 'ok')
          told.push('a clock that is off is not told');
      }
    }
    expect(told.join('; ')).toBe('');
  }
  if (rule !== 'by the service') return;

  // A worker with a correct clock starts, and its claims are correct at once, whatever it finds.
  const right = workers[0];
  if (right === undefined) return;
  right.machine.ahead = 0;
  right.machine.hearSome(3);
  const before = world.world.time;
  world.change();
  world.world.time += 20 * MINUTE;
  // Which of two runs within one second is newer is undefined.
  const isTaken = (time: number): boolean =>
    begun.some((id) => id.startsWith(new Date(time).toISOString().slice(0, 19).replaceAll(':', '-')));
  while ([-1000, 0, 1000].some((off) => isTaken(world.world.time + off))) world.world.time += 1000;
  const id = await right.sync();
  const { recovery, clock, runs } = await right.read();
  expect(id).toBeDefined();
  expect(clock).toBeUndefined();
  expect(recovery.proven?.run).toBe(id);
  expect(Date.parse(recovery.proven?.at ?? '')).toBeGreaterThan(before);
  expect(runs.map((run) => run.id)).toContain(id);
  // A name from the future sorts last until that time has come.
  expect(runs[0] && isOfFuture(runs[0].id, new Date(world.world.time))).toBe(false);
  expect(world.falseClaims(await right.read())).toEqual([]);
}

it('nothing false is claimed, whatever the clocks of workers do', async () => {
  await fc.assert(HISTORY, { numRuns: 300 });
});

it('claims by the worker’s own clock are detected (a mutant)', async () => {
  const mutant = fc.asyncProperty(
    fc.constant<Rule>('by its own clock'),
    fc.array(SKEW, { minLength: WORKERS, maxLength: WORKERS }),
    fc.array(STEP, { maxLength: 40 }),
    play,
  );
  const { failed, errorInstance } = await fc.check(mutant, { numRuns: 300 });
  expect(failed).toBe(true);
  expect(String(errorInstance)).toMatch(/is of the future|speaks of a change that is not/);
});
