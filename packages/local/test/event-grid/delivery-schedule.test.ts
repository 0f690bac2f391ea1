import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap } from '../../src/event-grid/delivery-schedule.ts';

describe('the heap', () => {
  it('returns the earliest entry first, equal times in order of arrival, for any sequence of operations', () => {
    const put = fc.integer({ min: 0, max: 20 });
    const take = fc.constant('take' as const);
    fc.assert(
      fc.property(fc.array(fc.oneof(put, take)), (steps) => {
        const heap = new DueHeap<number>();
        // The model: a list that is stably sorted after every step.
        let model: { at: number; item: number }[] = [];
        for (const [item, step] of steps.entries()) {
          const taken = step === 'take' ? [heap.pop(), model.shift()?.item] : [];
          if (step !== 'take') {
            heap.push(step, item);
            model = [...model, { at: step, item }].toSorted((one, other) => one.at - other.at);
          }
          expect(taken[0]).toBe(taken[1]);
          expect([heap.size, heap.earliest]).toEqual([model.length, model[0]?.at]);
        }
      }),
    );
  });
});
