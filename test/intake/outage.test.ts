import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutageWorld, type Side } from './support/outage-world.ts';
import { budget } from '../support/budgets.ts';

const MINUTE_MS = 60_000;
const OUTAGE_MS = 30 * MINUTE_MS;
const CHANGES_PER_SECOND = budget(200);

describe('an outage of 30 minutes', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }));
  afterEach(() => void vi.useRealTimers());

  /** An outage after a minute without one. */
  async function outageOf(sides: readonly Side[], changesPerSecond: number) {
    const world = new OutageWorld();
    const passing = (now: number): void => void vi.setSystemTime(now);
    const until = async (moment: number): Promise<void> =>
      await world.clock.runUntil(() => world.clock.now() >= moment, passing);

    world.write(changesPerSecond, MINUTE_MS + OUTAGE_MS);
    await until(MINUTE_MS);
    for (const side of sides) world.down.add(side);
    await until(MINUTE_MS + OUTAGE_MS);
    const atItsEnd = { pending: world.pending, ...world.counts };
    world.down.clear();
    await world.clock.runUntil(() => world.atRest, passing);
    return { world, atItsEnd, caughtUpAfterMs: world.clock.now() - MINUTE_MS - OUTAGE_MS };
  }

  it(`of both accounts, at ${CHANGES_PER_SECOND} changes a second, dead-letters nothing, and all is caught up afterwards (invariant 10)`, async () => {
    const { world, atItsEnd, caughtUpAfterMs } = await outageOf(
      ['sourceaccount', 'backupaccount'],
      CHANGES_PER_SECOND,
    );
    expect(world.counts.writes).toBe(1_860 * CHANGES_PER_SECOND);
    expect(world.dead).toEqual([]);
    expect(world.unequal).toBe(0);
    // The messages wait in the queue, not in their thousands on a way around it, and the account is left alone.
    expect(atItsEnd.pending).toBeGreaterThan(1_795 * CHANGES_PER_SECOND);
    expect(world.counts.retries).toBeLessThan(2000);
    expect(world.counts.failedRequests).toBeLessThan(500);
    expect(world.counts.mostAttempts).toBeLessThan(10);
    // A look is two requests of 10 ms each, and 32 are made at a time.
    const looksMs = (1_800 * CHANGES_PER_SECOND * 20) / 32;
    expect(caughtUpAfterMs).toBeLessThan(looksMs + MINUTE_MS);
  });

  it.each<[Side]>([['sourceaccount'], ['backupaccount']])(
    'of %s alone, at 5 changes a second, is over within a minute of its end',
    async (side) => {
      const { world, caughtUpAfterMs } = await outageOf([side], 5);
      expect(world.dead).toEqual([]);
      expect(world.unequal).toBe(0);
      expect(world.counts.failedRequests).toBeLessThan(500);
      expect(caughtUpAfterMs).toBeLessThan(5_600 + MINUTE_MS);
    },
  );
});
