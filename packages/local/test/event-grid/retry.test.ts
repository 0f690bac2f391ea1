import { describe, expect, it } from 'vitest';
import { type Delivery, DeliveryError, type Subscription } from '../../src/event-grid/subscription.ts';
import { createEventGrid } from '../../src/event-grid/event-grid.ts';
import { ManualClock, START } from '../support/manual-clock.ts';
import { mutationOf, recording } from '../support/subscribers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Delivers one event to a subscriber with the given answers, until nothing is pending or the time is over.
 */
async function follow(
  answer: (attempt: number) => Promise<void>,
  facts: Partial<Subscription> = {},
  forMs = 48 * HOUR,
) {
  const clock = new ManualClock();
  const attempts: { readonly after: number; readonly delivery: Delivery }[] = [];
  const buried: { readonly after: number; readonly path: string; readonly body: string }[] = [];
  const { subscription } = recording({
    deliver: (delivery) => {
      attempts.push({ after: clock.now() - START, delivery });
      return answer(attempts.length);
    },
    deadLetter: (path, body) => {
      buried.push({ after: clock.now() - START, path, body });
      return Promise.resolve();
    },
    ...facts,
  });
  const grid = createEventGrid({ subscriptions: [subscription], clock });
  grid.publish(mutationOf('x'));
  await clock.advance(forMs);
  const { pending } = grid;
  await grid.stop();
  return { attempts, buried, pending };
}

const fail = (outcome: DeliveryError['outcome']) => () =>
  Promise.reject(new DeliveryError(outcome, 'refused'));

describe('an event whose delivery fails', () => {
  it("is retried on Azure's schedule under the same id until it expires", async () => {
    const { attempts, buried, pending } = await follow(fail('Busy'));
    const waits = attempts.slice(1).map(({ after }, i) => after - (attempts[i]?.after ?? 0));
    const schedule = [1 / 6, 1 / 2, 1, 5, 10, 30, 60, 180, 360, 720];
    expect(waits).toEqual(schedule.map((minutes) => minutes * MINUTE));
    expect(new Set(attempts.map(({ delivery }) => delivery.messageId)).size).toBe(1);
    expect(new Set(attempts.map(({ delivery }) => JSON.stringify(delivery.body))).size).toBe(1);
    expect(attempts.map(({ delivery }) => delivery.applicationProperties['aeg-delivery-count'])).toEqual(
      attempts.map((_attempt, i) => String(i)),
    );
    expect(buried.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      [{ deadLetterReason: 'TimeToLiveExceeded' }],
    ]);
    expect(pending).toBe(0);
  });

  it('is delivered once the subscriber accepts it', async () => {
    const { attempts, buried, pending } = await follow((attempt) =>
      attempt < 3 ? Promise.reject(new Error('down')) : Promise.resolve(),
    );
    expect(attempts.map(({ after }) => after)).toEqual([0, 10_000, 40_000]);
    expect(buried).toEqual([]);
    expect(pending).toBe(0);
  });

  it('times out when there is no answer within 30 seconds', async () => {
    const { attempts, buried } = await follow(() => new Promise(() => undefined), {
      retry: { maxDeliveryAttempts: 2, eventTimeToLiveMinutes: 60 },
    });
    expect(attempts.map(({ after }) => after)).toEqual([0, 40_000]);
    expect(JSON.parse(buried[0]?.body ?? '')).toMatchObject([{ lastDeliveryOutcome: 'TimedOut' }]);
  });

  it('is dead-lettered five minutes after the last attempt that its policy allows', async () => {
    const { attempts, buried } = await follow(fail('NotFound'), {
      retry: { maxDeliveryAttempts: 3, eventTimeToLiveMinutes: 60 },
    });
    expect(attempts).toHaveLength(3);
    const [grave] = buried;
    expect(buried).toHaveLength(1);
    expect(grave?.after).toBe(40_000 + 5 * MINUTE);
    expect(grave?.path).toMatch(/^TO-QUEUE\/2026\/3\/4\/5\/[0-9a-f-]{36}\.json$/);
    expect(JSON.parse(grave?.body ?? '')).toEqual([
      {
        ...attempts[0]?.delivery.body,
        deadLetterReason: 'MaxDeliveryAttemptsExceeded',
        deliveryAttempts: 3,
        lastDeliveryOutcome: 'NotFound',
        publishTime: '2026-03-04T05:06:07.0000000Z',
        lastDeliveryAttemptTime: '2026-03-04T05:06:47.0000000Z',
      },
    ]);
  });

  it('is dead-lettered with lower-case attributes in CloudEvents', async () => {
    const { attempts, buried } = await follow(fail('Busy'), {
      schema: 'CloudEventSchemaV1_0',
      retry: { maxDeliveryAttempts: 2, eventTimeToLiveMinutes: 60, delaysMs: [5], deadLetterDelayMs: 7 },
    });
    expect(buried[0]?.after).toBe(12);
    expect(JSON.parse(buried[0]?.body ?? '')).toEqual([
      {
        ...attempts[0]?.delivery.body,
        deadletterreason: 'MaxDeliveryAttemptsExceeded',
        deliveryattempts: 2,
        lastdeliveryoutcome: 'Busy',
        publishtime: '2026-03-04T05:06:07.0000000Z',
        lastdeliveryattempttime: '2026-03-04T05:06:07.0050000Z',
      },
    ]);
  });

  it.each(['BadRequest', 'PayloadTooLarge', 'Forbidden'] as const)(
    'is not tried again after %s',
    async (outcome) => {
      const { attempts, buried } = await follow(fail(outcome));
      expect(attempts).toHaveLength(1);
      expect(JSON.parse(buried[0]?.body ?? '')).toMatchObject([{ lastDeliveryOutcome: outcome }]);
    },
  );
});

describe('a dead letter', () => {
  const retry = { maxDeliveryAttempts: 1, eventTimeToLiveMinutes: 60 };

  it('is dropped when there is no container for it', async () => {
    const clock = new ManualClock();
    const { subscription } = recording({ deliver: fail('Busy'), retry });
    const grid = createEventGrid({ subscriptions: [subscription], clock });
    grid.publish(mutationOf('x'));
    await clock.advance(0);
    expect(grid.pending).toBe(0);
    await grid.stop();
  });

  it('is retried for up to four hours while its container is unreachable', async () => {
    let tries = 0;
    const comesBack = await follow(fail('Busy'), {
      retry,
      deadLetter: () => (++tries < 4 ? Promise.reject(new Error('away')) : Promise.resolve()),
    });
    expect([tries, comesBack.pending]).toEqual([4, 0]);
    let calls = 0;
    const away = (forMs: number) =>
      follow(fail('Busy'), { retry, deadLetter: () => Promise.reject(new Error(`away ${++calls}`)) }, forMs);
    expect((await away(3.9 * HOUR)).pending).toBe(1);
    expect((await away(4.1 * HOUR)).pending).toBe(0);
    expect(calls).toBeGreaterThan(10);
  });
});
