import { describe, expect, it } from 'vitest';
import { coalesceByKey } from '../../src/concurrency/coalesce.ts';
import { type Key, parseKey } from '../../src/model/key.ts';
import { KEY } from '../support/keys.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A run that ends when the test ends it. */
function createRuns() {
  const ends: ((result: number | Error) => void)[] = [];
  const run = (_key: Key): Promise<number> =>
    new Promise((resolve, reject) => {
      ends.push((result) => (result instanceof Error ? reject(result) : resolve(result)));
    });
  return { run, ends };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('coalesceByKey', () => {
  it('runs once more, and only once, for all calls that arrive during a run', async () => {
    const { run, ends } = createRuns();
    const fly = coalesceByKey(run);
    const first = fly(KEY);
    const late = [fly(KEY), fly(KEY), fly(KEY)];
    expect(ends).toHaveLength(1);
    ends[0]?.(1);
    expect(await first).toBe(1);
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.(2);
    expect(await Promise.all(late)).toEqual([2, 2, 2]);
    await settled();
    expect(ends).toHaveLength(2);
  });

  it('runs for the late calls also when the first run failed', async () => {
    const { run, ends } = createRuns();
    const fly = coalesceByKey(run);
    const first = fly(KEY);
    const late = fly(KEY);
    ends[0]?.(new Error('cut'));
    await expect(first).rejects.toThrow('cut');
    await settled();
    ends[1]?.(2);
    expect(await late).toBe(2);
  });

  it('does not wait for the end of a long run, so that a message fits the time-out of a function', async () => {
    const { run, ends } = createRuns();
    const clock = new VirtualClock();
    const fly = coalesceByKey(run, clock);
    const first = fly(KEY);
    let error: unknown;
    fly(KEY).catch((thrown: unknown) => (error = thrown));
    await clock.runUntil(() => error !== undefined);
    expect(error).toMatchObject({ code: 'race-lost', disposition: 'retry' });
    expect(clock.now()).toBe(30_000);

    const late = fly(KEY);
    expect(ends).toHaveLength(1);
    ends[0]?.(1);
    expect(await first).toBe(1);
    await settled();
    expect(ends).toHaveLength(2);
    ends[1]?.(2);
    expect(await late).toBe(2);
  });

  it.each([
    ['the latest', ['12:00', '12:02', '12:01'], '12:02'],
    ['none, where one call requires none', ['12:00', undefined, '12:01'], undefined],
  ])('requires of a shared run the reading of %s', async (_, required, expected) => {
    const at = (time: string | undefined) =>
      time === undefined ? undefined : new Date(`2026-11-25T${time}:00Z`);
    const ends: (() => void)[] = [];
    const seen: (Date | undefined)[] = [];
    const fly = coalesceByKey(async (_key, since) => {
      seen.push(since);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    const flights = [fly(KEY), ...required.map((time) => fly(KEY, at(time)))];
    ends[0]?.();
    await flights[0];
    await settled();
    ends[1]?.();
    await Promise.all(flights);
    expect(seen).toEqual([undefined, at(expected)]);
  });

  it('runs different keys at the same time, and forgets a key once its run has ended', async () => {
    const { run, ends } = createRuns();
    const fly = coalesceByKey(run);
    const flights = [fly(KEY), fly(parseKey('photos', 'dog.jpg'))];
    expect(ends).toHaveLength(2);
    for (const end of ends) end(0);
    await Promise.all(flights);
    await settled();
    const again = fly(KEY);
    expect(ends).toHaveLength(3);
    ends[2]?.(3);
    expect(await again).toBe(3);
  });
});
