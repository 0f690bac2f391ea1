import { describe, expect, it } from 'vitest';
import { createEventGrid } from '../../src/event-grid/event-grid.ts';
import type { FaultPlan } from '../../src/event-grid/fault-plan.ts';
import type { Subscription } from '../../src/event-grid/subscription.ts';
import { ManualClock, START } from '../support/manual-clock.ts';
import { mutationOf, recording, subjectsOf } from '../support/subscribers.ts';

const COUNT = 1000;
const IN_ORDER = Array.from({ length: COUNT }, (_none, i) => `${i}`);

/**
 * The arrivals of a thousand events under a plan, with times; published at once, or with a pause after some.
 */
async function arrivals(
  faults?: FaultPlan,
  pauses: { readonly every: number; readonly ms: number } = { every: COUNT, ms: 0 },
) {
  const clock = new ManualClock();
  const times: number[] = [];
  const { subscription, got } = recording();
  const deliver: Subscription['deliver'] = (delivery) => {
    times.push(clock.now() - START);
    return subscription.deliver(delivery);
  };
  const grid = createEventGrid({
    subscriptions: [{ ...subscription, deliver }],
    clock,
    ...(faults && { faults }),
  });
  for (const [i, path] of IN_ORDER.entries()) {
    grid.publish(mutationOf(path));
    if ((i + 1) % pauses.every === 0) await clock.advance(pauses.ms);
  }
  await clock.advance(60_000);
  const { pending } = grid;
  await grid.stop();
  return { paths: subjectsOf(got), ids: got.map(({ messageId }) => messageId), times, pending };
}

/** The events that arrive more than once. */
function twice(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.filter((path, i) => paths.indexOf(path) !== i));
}

describe('the fault injector', () => {
  it('does nothing without a plan', async () => {
    const { paths, times } = await arrivals();
    expect(paths).toEqual(IN_ORDER);
    expect(Math.max(...times)).toBe(0);
  });

  it('drops the configured share', async () => {
    const { paths, pending } = await arrivals({ seed: 7, dropShare: 0.3 });
    expect(paths.length).toBeGreaterThan(COUNT * 0.6);
    expect(paths.length).toBeLessThan(COUNT * 0.8);
    expect(new Set(paths).size).toBe(paths.length);
    expect(pending).toBe(0);
  });

  it('duplicates the configured share, under new message ids', async () => {
    const { paths, ids } = await arrivals({ seed: 7, duplicateShare: 1 / 3 });
    expect(new Set(paths)).toEqual(new Set(IN_ORDER));
    expect(paths.length - COUNT).toBeGreaterThan(COUNT * 0.25);
    expect(paths.length - COUNT).toBeLessThan(COUNT * 0.42);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('duplicates under the same message id when configured to', async () => {
    const { paths, ids } = await arrivals({ seed: 7, duplicateShare: 1, duplicateMessageId: 'same' });
    expect(paths).toHaveLength(2 * COUNT);
    expect(new Set(ids).size).toBe(COUNT);
  });

  it('delays up to the configured time', async () => {
    const { paths, times } = await arrivals({ seed: 7, delayMs: { max: 5000 } });
    expect(paths).not.toEqual(IN_ORDER);
    expect(new Set(paths)).toEqual(new Set(IN_ORDER));
    expect(Math.max(...times)).toBeLessThanOrEqual(5000);
    expect(Math.max(...times)).toBeGreaterThan(4500);
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('shuffles within its window and releases the last, partial one after 200 ms', async () => {
    const { paths, times } = await arrivals({ seed: 7, reorderWindow: 150 });
    const windows = Array.from({ length: 7 }, (_none, i) => [i * 150, (i + 1) * 150] as const);
    for (const [from, to] of windows) {
      expect(paths.slice(from, to)).not.toEqual(IN_ORDER.slice(from, to));
      expect(new Set(paths.slice(from, to))).toEqual(new Set(IN_ORDER.slice(from, to)));
    }
    expect(times.slice(0, 900).every((time) => time === 0)).toBe(true);
    expect(times.slice(900).every((time) => time === 200)).toBe(true);
  });

  it('repeats the same faults for the same seed, and others for another', async () => {
    const plan = { dropShare: 0.1, duplicateShare: 0.3, delayMs: { max: 300 }, reorderWindow: 200 };
    const { paths } = await arrivals({ seed: 42, ...plan });
    expect((await arrivals({ seed: 42, ...plan })).paths).toEqual(paths);
    expect((await arrivals({ seed: 43, ...plan })).paths).not.toEqual(paths);
  });

  it('duplicates the same events when another share changes', async () => {
    const plain = twice((await arrivals({ seed: 5, duplicateShare: 0.2 })).paths);
    const late = twice((await arrivals({ seed: 5, duplicateShare: 0.2, delayMs: { max: 50 } })).paths);
    expect(plain.size).toBeGreaterThan(100);
    expect(late).toEqual(plain);
  });

  it('duplicates the same events when they arrive at another pace', async () => {
    const plan = { seed: 5, duplicateShare: 0.2, reorderWindow: 100 };
    const slowly = await arrivals(plan, { every: 70, ms: 250 });
    expect(twice(slowly.paths)).toEqual(twice((await arrivals(plan)).paths));
  });

  it('holds an event for 200 ms from its own arrival, not from that of an earlier window', async () => {
    const clock = new ManualClock();
    const { subscription, got } = recording();
    const grid = createEventGrid({
      subscriptions: [subscription],
      clock,
      faults: { seed: 1, reorderWindow: 2 },
    });
    grid.publish(mutationOf('one'));
    grid.publish(mutationOf('two'));
    await clock.advance(150);
    grid.publish(mutationOf('three'));
    await clock.advance(199);
    expect(got).toHaveLength(2);
    await clock.advance(1);
    expect(got).toHaveLength(3);
    await grid.stop();
  });
});
