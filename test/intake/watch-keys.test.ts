import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LONGEST_WATCH_MS, WATCH_RULES } from '../../src/intake/rechecks.ts';
import { WatchWorld } from './support/watch-world.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const CREATED = { api: 'CreateFile' };
const CLOSED = { api: 'FlushWithClose' };
const APPENDED = { api: 'PutBlob', blobType: 'AppendBlob' };
const PAGES = { api: 'PutBlob', blobType: 'PageBlob' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }));
afterEach(() => void vi.useRealTimers());

const within = (times: readonly number[], from: number, ms: number): number =>
  times.filter((time) => time >= from && time < from + ms).length;

/** The most in any day. */
function mostADay(times: readonly number[]): number {
  return Math.max(0, ...times.map((time) => within(times, time, DAY * 1000)));
}

describe('a writer that flushes now and then, and then rests,', () => {
  it('has its last flush on the backup once the checks are over, whatever its pace, where the one event was of its beginning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          every: fc.integer({ min: 2, max: 3000 }),
          flushes: fc.integer({ min: 1, max: 200 }),
          late: fc.double({ min: 0, max: 1.9, noNaN: true }),
          older: fc.boolean(),
          event: fc.constantFrom(CREATED, APPENDED),
        }),
        async ({ every, flushes, late, older, event }) => {
          const world = new WatchWorld();
          if (older) world.backup = { number: -1, size: 9, at: -DAY * 1000 };
          world.at(0, () => {
            world.write(0);
            world.announce(event, late);
          });
          for (let n = 1; n <= flushes && n * every < HOUR - 60; n++)
            world.at(n * every, () => world.write(n));
          await world.run();
          expect(world.backup).toEqual(world.source);
          expect(older && world.sizes.includes(0)).toBe(false);
          expect(world.looks.length).toBeLessThanOrEqual(20);
          expect(world.copies.length).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  it('has it there likewise where it writes once a minute or more often, whatever it began with', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          gaps: fc.array(fc.double({ min: 0.001, max: 59, noNaN: true }), { maxLength: 200 }),
          late: fc.double({ min: 0, max: 300, noNaN: true }),
          event: fc.constantFrom(CREATED, APPENDED, PAGES),
          first: fc.integer({ min: 0, max: 3 }),
        }),
        async ({ gaps, late, event, first }) => {
          const world = new WatchWorld();
          world.at(0, () => {
            world.write(first);
            world.announce(event, late);
          });
          let time = 0;
          for (const gap of gaps) {
            time += gap;
            if (time < HOUR - 60) world.at(time, () => world.write(5));
          }
          await world.run();
          expect(world.backup).toEqual(world.source);
          expect(world.looks.length).toBeLessThanOrEqual(20);
          expect(world.copies.length).toBeLessThanOrEqual(10);
        },
      ),
    );
  });

  it('that flushes every 40 s for ten minutes is followed to its end', async () => {
    const world = new WatchWorld();
    world.at(0, () => {
      world.write(0);
      world.announce(CREATED);
    });
    for (let time = 40; time <= 600; time += 40) world.at(time, () => world.write(time));
    await world.run();
    expect(world.backup?.size).toBe(600);
    expect(world.looks.map((look) => look / 1000)).toEqual([0, 30, 90, 210, 450, 930, 1890]);
  });
});

describe('an empty stage of an upload', () => {
  it('never takes the place of what the backup has within an hour, and is mirrored when it was left so', async () => {
    const world = new WatchWorld();
    world.backup = { number: -1, size: 9, at: 0 };
    world.at(0, () => {
      world.write(0);
      world.announce(CREATED);
    });
    await world.run();
    expect(world.copies.map((copy) => copy / 1000)).toEqual([3810]);
    expect(world.backup.size).toBe(0);
  });
});

describe('a copy of the service that is announced before it is done', () => {
  it('is waited for, and mirrored once', async () => {
    const world = new WatchWorld();
    world.pendingUntil = 2 * DAY * 1000;
    world.at(0, () => {
      world.write(9);
      world.announce({ api: 'CopyBlob', blobType: 'BlockBlob' });
    });
    await world.run();
    expect(world.copies).toHaveLength(1);
    expect(world.backup).toEqual(world.source);
    expect(mostADay(world.looks)).toBeLessThanOrEqual(20);
    // Three hours after its end at the latest, and once more after that.
    expect((world.copies[0] ?? 0) - world.pendingUntil).toBeLessThanOrEqual(3 * HOUR * 1000);
  });
});

describe('a key that never rests', () => {
  it.each([
    ['with full syncs once an hour', WATCH_RULES],
    ['with rare full syncs', { ...WATCH_RULES, forMs: LONGEST_WATCH_MS }],
    ['with rare full syncs and short pauses', { firstPauseMs: 1000, forMs: LONGEST_WATCH_MS }],
  ])('costs at most 20 looks and 10 copies a day by one event, %s', async (_what, rules) => {
    for (const event of [CREATED, CLOSED, APPENDED, PAGES]) {
      for (const size of [0, 1]) {
        vi.setSystemTime(0);
        const world = new WatchWorld({ rules });
        world.backup = { number: -1, size: 9, at: 0 };
        world.at(0, () => {
          world.write(size);
          world.announce(event);
        });
        // Written every 20 s: with something in it, or emptied for ever.
        for (let time = 20; time < 2 * DAY; time += 20) world.at(time, () => world.write(size));
        await world.run();
        expect(mostADay(world.looks)).toBeLessThanOrEqual(20);
        expect(mostADay(world.copies)).toBeLessThanOrEqual(10);
        // From one event, for ever.
        expect(world.looks.length).toBeLessThanOrEqual(20);
      }
    }
  });

  /** With an event every 40 s for a day, each a while on its way, and changes without one all the time. */
  async function aDayOf(event: Readonly<Record<string, unknown>>, processes: number): Promise<WatchWorld> {
    const world = new WatchWorld({ processes });
    for (let time = 0; time < DAY; time++) world.at(time, () => world.write(1));
    for (let time = 0; time < DAY; time += 40)
      world.at(time, () => world.announce(event, 20 * world.random()));
    await world.run();
    return world;
  }
  const EVENTS = DAY / 40;

  it.each([
    ['that close it', CLOSED],
    ['that leave it open', PAGES],
  ])('and has many events %s is followed for the newest: looks do not multiply', async (_what, event) => {
    const world = await aDayOf(event, 1);
    expect(world.backup).toEqual(world.source);
    expect(world.mostWaiting).toBeLessThanOrEqual(4);
    expect(world.looks.length).toBeLessThanOrEqual(3 * EVENTS);
  });

  it('and has many events, which eight processes share, costs no more than five checks for each', async () => {
    const world = await aDayOf(PAGES, 8);
    expect(world.backup).toEqual(world.source);
    expect(world.mostWaiting).toBeLessThanOrEqual(30);
    expect(world.looks.length).toBeLessThanOrEqual(5 * EVENTS);
  });

  it('and has many events whose processes know nothing of each other costs at most eight checks for each', async () => {
    const world = await aDayOf(PAGES, 0);
    expect(world.looks.length).toBeLessThanOrEqual(8 * EVENTS);
  });

  it('and is created anew every 40 s for half an hour, empty each time, is held by few messages that name it', async () => {
    const world = new WatchWorld();
    world.backup = { number: -1, size: 9, at: 0 };
    for (let time = 0; time < HOUR / 2; time += 40)
      world.at(time, () => {
        world.write(0);
        world.announce(CREATED, 20 * world.random());
      });
    world.at(HOUR / 2, () => {
      expect(world.waiting).toBeGreaterThan(0);
      expect(world.backup?.size).toBe(9);
      world.write(5);
    });
    await world.run();
    expect(world.mostWaiting).toBeLessThanOrEqual(4);
    expect(world.backup).toEqual(world.source);
    expect(world.messages[0]?.history.held).toEqual([
      { key: { container: 'photos', path: 'log' }, reason: 'source-still-written' },
    ]);
  });
});
