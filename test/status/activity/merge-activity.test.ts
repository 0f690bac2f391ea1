import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeActivity } from '../../../src/status/activity/read-activity.ts';
import { WorkerActivity } from '../../../src/status/activity/worker-activity.ts';
import {
  ACTIVITY_DOCUMENT,
  type ActivityDocument,
  MAX_CONTAINERS,
} from '../../../src/status/activity/activity-document.ts';
import type { Change } from '../../../src/telemetry/metrics.ts';

const NOW = Date.parse('2026-11-25T12:30:30.000Z');

const change = fc.record<Change>({
  verdict: fc.constantFrom('copied', 'deleted', 'in-sync', 'skipped', 'unfinished', 'renamed'),
  door: fc.constantFrom('event', 'reconcile'),
  container: fc.constantFrom('a', 'b', 'c'),
  bytes: fc.option(fc.nat(), { nil: undefined }),
  lagMs: fc.option(fc.nat({ max: 10_000_000 }), { nil: undefined }),
  likelySame: fc.option(fc.constant({ path: 'big.vhd' }), { nil: undefined }),
});
/** What happened, by whom, and after how many milliseconds: two hours in all at the most. */
const history = fc.array(
  fc.record({
    worker: fc.nat({ max: 3 }),
    afterMs: fc.nat({ max: 70_000 }),
    what: fc.oneof(change, fc.constant('failed' as const)),
  }),
  { maxLength: 100 },
);

describe('the activity of many workers', () => {
  it('names large copies that most likely brought no new content, the latest first', () => {
    let now = NOW;
    const workers = [new WorkerActivity(() => now), new WorkerActivity(() => now)];
    const copied = { verdict: 'copied', door: 'event', container: 'disks' } as const;
    for (const [i, bytes] of [2 ** 30, 2 ** 30 - 1, 2 ** 40].entries()) {
      now += 1000;
      workers[i % 2]?.changed({ ...copied, bytes, likelySame: { path: `${i}.vhd` } });
    }
    workers[0]?.changed({ ...copied, bytes: 2 ** 40 });
    const { copiedAgain } = mergeActivity(
      workers.map((worker) => worker.toDocument()),
      new Date(now),
    );
    expect(copiedAgain.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['2.vhd', 2 ** 40],
      ['0.vhd', 2 ** 30],
    ]);
  });

  it('reads what an older release wrote, which names none', () => {
    const { copiedAgain: _, ...older } = new WorkerActivity(() => NOW).toDocument();
    expect(ACTIVITY_DOCUMENT.parse(older)).toEqual({ value: older });
    expect(mergeActivity([older], new Date(NOW)).copiedAgain).toEqual([]);
  });

  it('is what one would have that did all of it', () => {
    fc.assert(
      fc.property(history, (all) => {
        let now = NOW;
        const clock = (): number => now;
        const alone = new WorkerActivity(clock);
        const workers = Array.from({ length: 4 }, () => new WorkerActivity(clock));
        for (const { worker, afterMs, what } of all) {
          now += afterMs;
          for (const each of [alone, workers[worker]]) {
            if (what === 'failed') each?.failed();
            else each?.changed(what);
          }
        }
        const documents = workers.map((worker) => stored(worker));
        const merged = mergeActivity(
          documents.filter((document) => document !== undefined),
          new Date(now),
        );
        expect(documents).not.toContain(undefined);
        expect(merged).toEqual(mergeActivity([alone.toDocument()], new Date(now)));
      }),
    );
  });

  it('tells the lag of half of the changes, and of all but one in a hundred', () => {
    const worker = new WorkerActivity(() => NOW);
    for (let i = 0; i < 100; i++) {
      const lagMs = i < 97 ? 100 : 60_000;
      worker.changed({ verdict: 'copied', door: 'event', container: 'photos', bytes: 1, lagMs });
    }
    const { lagP50Ms, lagP99Ms, minutes } = mergeActivity([worker.toDocument()], new Date(NOW));
    expect(lagP50Ms).toBe(108);
    expect(lagP99Ms).toBeGreaterThanOrEqual(60_000);
    expect(minutes).toMatchObject([{ lagP50Ms, lagP99Ms }]);
  });

  it('counts what was written, and no look that found nothing to do', () => {
    let now = NOW;
    const worker = new WorkerActivity(() => now);
    worker.changed({ verdict: 'copied', door: 'event', container: 'photos', bytes: 5, lagMs: 100 });
    worker.changed({ verdict: 'in-sync', door: 'event', container: 'docs', lagMs: 900_000 });
    worker.failed();
    now += 60_000;
    worker.changed({ verdict: 'deleted', door: 'reconcile', container: 'photos' });
    expect(mergeActivity([worker.toDocument()], new Date(now))).toEqual({
      minutes: [
        {
          at: '2026-11-25T12:30:00.000Z',
          changes: 1,
          bytes: 5,
          byVerdict: { copied: 1, 'in-sync': 1 },
          failed: 1,
          lagP50Ms: 108,
          lagP99Ms: 108,
        },
        {
          at: '2026-11-25T12:31:00.000Z',
          changes: 1,
          bytes: 0,
          byVerdict: { deleted: 1 },
          failed: 0,
          lagP50Ms: null,
          lagP99Ms: null,
        },
      ],
      lagP50Ms: 108,
      lagP99Ms: 108,
      changes: 2,
      bytes: 5,
      lastMirrored: { photos: '2026-11-25T12:31:30.000Z' },
      copiedAgain: [],
    });
  });

  it('forgets what is an hour old', () => {
    let now = NOW;
    const worker = new WorkerActivity(() => now);
    worker.changed({ verdict: 'copied', door: 'event', container: 'photos', lagMs: 100 });
    now += 59 * 60_000;
    expect(mergeActivity([worker.toDocument()], new Date(now)).changes).toBe(1);
    now += 60_000;
    expect(mergeActivity([worker.toDocument()], new Date(now))).toMatchObject({ changes: 0, minutes: [] });
    expect(worker.toDocument().minutes).toEqual([]);
  });

  it('has a bounded size: the containers that changed last, the minutes of an hour', () => {
    let now = NOW;
    const worker = new WorkerActivity(() => now);
    for (let i = 0; i < MAX_CONTAINERS + 500; i++) {
      now += 10_000;
      worker.changed({ verdict: 'copied', door: 'event', container: `c${i}` });
    }
    const document = worker.toDocument();
    expect(Object.keys(document.lastMirrored)).toHaveLength(MAX_CONTAINERS);
    expect(document.lastMirrored).toHaveProperty(`c${MAX_CONTAINERS + 499}`);
    expect(document.minutes).toHaveLength(60);
    const merged = mergeActivity(
      [document, { ...document, lastMirrored: { 'c-old': '2020-01-01T00:00:00.000Z' } }],
      new Date(now),
    );
    expect(Object.keys(merged.lastMirrored)).toHaveLength(MAX_CONTAINERS);
  });
});

/** As a document comes back from the store. */
function stored(worker: WorkerActivity): ActivityDocument | undefined {
  const parsed = ACTIVITY_DOCUMENT.parse(JSON.parse(JSON.stringify(worker.toDocument())));
  return 'value' in parsed ? parsed.value : undefined;
}
