import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliverySchedule, DueHeap } from '../../src/event-grid/delivery-schedule.ts';
import { createSequencer, toStorageEvent } from '../../src/event-grid/storage-event.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mutationOf, recording } from '../support/subscribers.ts';

describe('the heap', () => {
  it('returns the earliest entry first, equal times in order of arrival, for any sequence of operations', () => {
    // Many at one time.
    const put = fc.integer({ min: 0, max: 3 });
    const take = fc.constant('take' as const);
    fc.assert(
      fc.property(fc.array(fc.oneof(put, put, take), { maxLength: 60 }), (steps) => {
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

describe('the schedule', () => {
  function start(facts: Parameters<typeof recording>[0] = {}) {
    const clock = new ManualClock();
    const delivered: string[] = [];
    const { subscription } = recording({
      deliver: async ({ messageId }) => {
        await Promise.resolve();
        delivered.push(messageId);
      },
      ...facts,
    });
    const schedule = new DeliverySchedule({ subscription, clock, log: undefined, onEmpty: () => undefined });
    const sequencer = createSequencer(() => clock.now());
    const put = (messageId: string, delayMs: number, published = clock.now()) => {
      const event = toStorageEvent(mutationOf(messageId), sequencer);
      schedule.put({ event, messageId, published, attempts: 0 }, delayMs);
    };
    return { clock, delivered, schedule, put };
  }

  it('delivers what is due first, whatever was put first', async () => {
    const { clock, delivered, schedule, put } = start();
    put('later', 10_000);
    put('sooner', 1_000);
    await clock.advance(1_000);
    expect(delivered).toEqual(['sooner']);
    await clock.advance(9_000);
    expect(delivered).toEqual(['sooner', 'later']);
    await schedule.stop();
  });

  it('delivers an event once, however old it is', async () => {
    const { clock, delivered, schedule, put } = start({
      retry: { maxDeliveryAttempts: 3, eventTimeToLiveMinutes: 1 },
    });
    put('old', 120_000);
    await clock.advance(120_000);
    expect(delivered).toEqual(['old']);
    await schedule.stop();
  });
});
