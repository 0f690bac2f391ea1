import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeAfter, toTime } from '../../src/store/times.ts';

it('a time has seven digits of a second', () => {
  expect(toTime(Date.UTC(2026, 2, 4, 5, 6, 7, 8))).toBe('2026-03-04T05:06:07.0080000Z');
});

it('times that are asked for one after the other grow, whatever the clock says', () => {
  const clock = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(fc.array(clock, { minLength: 2, maxLength: 50 }), (readings) => {
      let last = '';
      for (const ms of readings) {
        const time = timeAfter(ms, last);
        expect(time > last).toBe(true);
        last = time;
      }
    }),
  );
});

it('the last time of a millisecond is followed by the first one of the next', () => {
  expect(timeAfter(5, toTime(5, 9999))).toBe(toTime(6));
  expect(timeAfter(5, toTime(5))).toBe(toTime(5, 1));
  expect(timeAfter(6, toTime(5, 9999))).toBe(toTime(6));
});
