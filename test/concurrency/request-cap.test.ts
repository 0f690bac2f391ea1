import { describe, expect, it } from 'vitest';
import { capRequests } from '../../src/concurrency/request-cap.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('a cap on requests per second', () => {
  it.each([5, 100, 2000])('lets %i a second through, and hardly more in any second', async (perSecond) => {
    const clock = new VirtualClock();
    const cap = capRequests('backupaccount', perSecond, clock);
    const sent: number[] = [];
    const client = async (): Promise<void> => {
      while (clock.now() < 10_000) {
        await cap();
        sent.push(clock.now());
      }
    };
    for (let i = 0; i < 32; i++) void client();
    await clock.runUntil(() => clock.now() >= 10_000);
    expect(sent.length / 10).toBeGreaterThan(0.95 * perSecond);
    let from = 0;
    const inTheSecondBefore = sent.map((at, i) => {
      while ((sent[from] ?? at) <= at - 1000) from++;
      return i - from + 1;
    });
    const busiest = Math.max(...inTheSecondBefore);
    expect(busiest).toBeLessThanOrEqual(1.1 * perSecond + 2);
  });

  it('delays nothing below it', async () => {
    const clock = new VirtualClock();
    const cap = capRequests('backupaccount', 10, clock);
    for (let i = 0; i < 20; i++) {
      const asked = clock.now();
      await cap();
      expect(clock.now()).toBe(asked);
      let later = false;
      clock.after(100, () => (later = true));
      await clock.runUntil(() => later);
    }
  });

  it('lets no more through at once after an hour without requests', async () => {
    const clock = new VirtualClock();
    const cap = capRequests('backupaccount', 100, clock);
    let isRested = false;
    clock.after(3_600_000, () => (isRested = true));
    await clock.runUntil(() => isRested);
    let passed = 0;
    for (let i = 0; i < 100; i++) void cap().then(() => passed++);
    await clock.runUntil(() => passed > 0);
    expect(passed).toBe(10);
  });

  it('rejects a request that would wait too long, and says for how long', async () => {
    const clock = new VirtualClock();
    const cap = capRequests('backupaccount', 1, clock);
    const rejected: unknown[] = [];
    let passed = 0;
    for (let i = 0; i < 60; i++)
      void cap().then(
        () => passed++,
        (error: unknown) => rejected.push(error),
      );
    await clock.runUntil(() => passed + rejected.length === 60);
    expect(passed).toBe(46);
    expect(clock.now()).toBe(45_000);
    expect(rejected[0]).toMatchObject({
      code: 'storage-throttled',
      retryAfterMs: 46_000,
      context: { account: 'backupaccount' },
    });
  });
});
