import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockAssessment } from '../../src/clock/service-clock.ts';
import { Machine } from './support/machine.ts';

const HOUR = 3_600_000;

/** Nothing claimed sorts before everything. */
function latestOf(judgement: ClockAssessment): number {
  return judgement.state === 'right' ? judgement.latest.getTime() : -Infinity;
}

describe('the clock of the services', () => {
  it('claims nothing before a service has sent its time, and uses our own clock', () => {
    const machine = new Machine(2 * HOUR);
    expect(machine.judge()).toEqual({ state: 'unknown' });
    expect(machine.clock.now().getTime()).toBe(machine.time + 2 * HOUR);
  });

  it.each([2 * HOUR, -2 * HOUR, 61_000 + 2000, -63_000])(
    'is off when ours is %d ms ahead, and uses the time of the service instead',
    (ahead) => {
      const machine = new Machine(ahead);
      machine.hear();
      // One answer may be wrong, so nothing is claimed either way.
      expect(machine.judge()).toEqual({ state: 'unknown' });
      machine.hear();
      const judgement = machine.judge();
      expect(judgement).toMatchObject({ state: 'off', of: 'source' });
      expect(judgement.state === 'off' && Math.abs(judgement.aheadMs - ahead)).toBeLessThan(1100);
      expect(Math.abs(machine.clock.now().getTime() - machine.time)).toBeLessThan(1100);
    },
  );

  it('claims no more than the service has proven, where the two differ by less than a minute', () => {
    const machine = new Machine(30_000);
    machine.hearSome();
    const latest = latestOf(machine.judge());
    expect(latest).toBeLessThanOrEqual(machine.time);
    expect(latest).toBeGreaterThan(machine.time - 1100);
  });

  it('uses our own clock to the millisecond where they agree', () => {
    const machine = new Machine();
    machine.hearSome();
    expect(machine.clock.now().getTime()).toBe(machine.time);
  });

  it('does not count cached answers, nor answers that are not from a service of Azure', () => {
    const machine = new Machine();
    machine.hear({ wrong: -HOUR, more: { age: '3600' } });
    machine.hear({ wrong: -HOUR, more: { 'x-ms-request-id': '' } });
    expect(machine.clock.now().getTime()).toBe(machine.time);
    expect(machine.judge().state).toBe('unknown');
  });

  it('detects an answer older than its request, once three answers agree', () => {
    const machine = new Machine();
    const isOld = (seconds: number): boolean =>
      machine.clock.isOld(
        'source',
        new Date(machine.time - seconds * 1000).toUTCString(),
        machine.clock.begin().steady,
      );
    machine.hearSome(2);
    expect(isOld(HOUR)).toBe(false);
    machine.hear();
    expect([3600, 63, 58, 0, -3600].map(isOld)).toEqual([true, true, false, false, false]);
    expect(machine.clock.isOld('source', undefined, 0)).toBe(false);
    expect(machine.clock.isOld('backup', new Date(0).toUTCString(), machine.clock.begin().steady)).toBe(
      false,
    );
    // After a sleep of the machine no answer counts as old, and no answer is doubted for ever.
    machine.sleep(HOUR);
    expect(isOld(1)).toBe(false);
    machine.hearSome();
    machine.time += 601_000;
    expect(isOld(3600)).toBe(false);
  });

  it('reports each change once', () => {
    const machine = new Machine();
    const told: string[] = [];
    machine.clock.listen(({ state }) => told.push(state));
    machine.hearSome(4);
    expect(told).toEqual([]);
    machine.ahead = HOUR;
    machine.hearSome(6);
    expect(told).toEqual(['off']);
    machine.ahead = 0;
    machine.hearSome(6);
    expect(told).toEqual(['off', 'right']);
  });

  it('is unknown after a jump, or a sleep, until a service has answered again', () => {
    const machine = new Machine();
    machine.hearSome();
    const before = machine.clock.begin();
    machine.ahead = -2 * HOUR;
    expect(machine.judge()).toEqual({ state: 'unknown' });
    // Two answers are enough again, however close together.
    machine.hear();
    machine.hear();
    expect(machine.judge().state).toBe('off');
    // Work that began before the jump may have begun at any time.
    expect(machine.clock.assess(before)).toEqual({ state: 'unknown' });
    machine.ahead = 0;
    machine.hearSome();
    machine.sleep(HOUR);
    expect(machine.judge()).toEqual({ state: 'unknown' });
    machine.hear();
    expect(machine.judge().state).toBe('right');
  });

  it.each([1, 3])(
    'claims no more after a sleep that is too short to be detected, of %d answers',
    (answers) => {
      const machine = new Machine(10_000);
      machine.hear();
      const [beginning, began] = [machine.clock.begin(), machine.time];
      machine.sleep(688);
      // Answered at exactly the second in its Date.
      for (let i = 0; i < answers; i++) {
        machine.hear({ tookMs: 0 });
        machine.time += 1000;
      }
      const latest = latestOf(machine.clock.assess(beginning));
      expect(latest).toBeLessThanOrEqual(began);
      expect(latest).toBeGreaterThan(began - 1100 - 688);
    },
  );

  it('claims nothing by answers from after the work began alone: neither clock may have seen the time pass', () => {
    const machine = new Machine(30_000);
    const [beginning, began] = [machine.clock.begin(), machine.time];
    machine.freeze(20_000);
    machine.hearSome();
    expect(machine.clock.assess(beginning)).toEqual({ state: 'unknown' });
    // Nor more, where some came before it began.
    expect(latestOf(machine.judge())).toBeGreaterThan(began);
    const [later, time] = [machine.clock.begin(), machine.time];
    machine.freeze(20_000);
    machine.hearSome(5);
    expect(latestOf(machine.clock.assess(later))).toBeLessThanOrEqual(time);
    expect(machine.clock.assess(later).state).toBe('right');
  });

  it('does not take an answer for an old one because its machine was frozen while it was under way', () => {
    const machine = new Machine();
    machine.hearSome();
    const [sentAt, date] = [machine.clock.begin().steady, new Date(machine.time).toUTCString()];
    machine.freeze(2 * HOUR);
    machine.hearSome(5);
    expect(machine.clock.isOld('source', date, sentAt)).toBe(false);
    expect(machine.clock.isOld('source', date, machine.clock.begin().steady)).toBe(true);
  });

  const STEP = fc.oneof(
    fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
    fc.record({ does: fc.constant('hear' as const), tookMs: fc.integer({ min: 0, max: 90_000 }) }),
    fc.record({
      does: fc.constant('jump' as const),
      ms: fc.oneof(fc.integer({ min: -1500, max: 1500 }), fc.integer({ min: -3 * HOUR, max: 3 * HOUR })),
    }),
    fc.record({
      does: fc.constant('sleep' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 3 * HOUR })),
    }),
    fc.record({ does: fc.constant('freeze' as const), ms: fc.integer({ min: 1, max: 120_000 }) }),
    fc.record({ does: fc.constant('begin' as const) }),
  );

  it('never claims what the service has not proven, whatever our clock does', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -3 * HOUR, max: 3 * HOUR }), fc.integer({ min: -60_000, max: 60_000 })),
        fc.array(STEP, { maxLength: 40 }),
        (ahead, steps) => {
          const machine = new Machine(ahead);
          let work = { beginning: machine.clock.begin(), time: machine.time };
          for (const step of steps) {
            if (step.does === 'wait') machine.time += step.ms;
            else if (step.does === 'hear') machine.hear({ tookMs: step.tookMs });
            else if (step.does === 'jump') machine.ahead += step.ms;
            else if (step.does === 'sleep') machine.sleep(step.ms);
            else if (step.does === 'freeze') machine.freeze(step.ms);
            expect(latestOf(machine.clock.assess(work.beginning))).toBeLessThanOrEqual(work.time);
            if (step.does === 'wait' || step.does === 'begin')
              work = { beginning: machine.clock.begin(), time: machine.time };
          }
        },
      ),
      {
        numRuns: 500,
        examples: [
          // A jump back that hides a part of a sleep.
          [
            1,
            [
              { does: 'jump', ms: -4 },
              { does: 'sleep', ms: 685 },
              { does: 'hear', tookMs: 6 },
            ],
          ],
        ],
      },
    );
  });

  it('is not changed by a minority of wrong answers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
        fc.array(
          fc.oneof(fc.integer({ min: -3 * HOUR, max: 3 * HOUR }), fc.integer({ min: -3000, max: 3000 })),
          { minLength: 2, maxLength: 2 },
        ),
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 2, maxLength: 2 }),
        (ahead, wrong, places) => {
          const machine = new Machine(ahead);
          for (let i = 0; i < 5; i++) {
            machine.hear({ wrong: wrong[places.indexOf(i)] ?? 0 });
            machine.time += 1300;
          }
          expect(Math.abs(machine.clock.now().getTime() - machine.time)).toBeLessThan(1100);
          const judgement = machine.judge();
          expect(latestOf(judgement)).toBeLessThanOrEqual(machine.time);
          // To the second of a Date header.
          fc.pre(Math.abs(Math.abs(ahead) - 60_000) > 2000);
          expect(judgement.state).toBe(Math.abs(ahead) > 60_000 ? 'off' : 'right');
        },
      ),
      { numRuns: 500 },
    );
  });
});
