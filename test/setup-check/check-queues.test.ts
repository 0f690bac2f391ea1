import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/api/finding.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import type { QueueProbe, QueueProperties } from '../../src/ports/probes.ts';
import { checkQueue, checkSubscription } from '../../src/setup-check/check-queues.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const AS_IT_SHOULD_BE: QueueProperties = {
  deadLettersOnExpiration: true,
  detectsDuplicates: true,
  duplicateWindowMs: 10 * MINUTE,
  timeToLiveMs: DAY,
  lockMs: 10_000,
  mostDeliveries: 5,
  hasSessions: false,
  isActive: true,
};

function failing(service: string): () => Promise<never> {
  return async () => {
    await Promise.resolve();
    throw new BlobmirrorError('queue-refused', `queue events said ${service}`, { context: { service } });
  };
}

function check(changes: Partial<QueueProbe> = {}): Promise<readonly Finding[]> {
  const probe: QueueProbe = {
    queue: 'events',
    receive: async () => {},
    send: async () => {},
    properties: async () => await Promise.resolve(AS_IT_SHOULD_BE),
    clockAheadMs: async () => await Promise.resolve(0),
    ...changes,
  };
  return checkQueue(probe, 'events');
}

const properties = async (changes: Partial<QueueProperties>) =>
  (await check({ properties: async () => await Promise.resolve({ ...AS_IT_SHOULD_BE, ...changes }) })).filter(
    ({ check: name }) => name === 'events-queue-properties',
  );

describe('the properties of a queue', () => {
  it('are as they should be, each at its bound', async () => {
    expect((await check()).map(({ check: name, status }) => [name, status])).toEqual([
      ['events-queue-receive', 'ok'],
      ['events-queue-send', 'ok'],
      ['events-queue-properties', 'ok'],
    ]);
  });

  it.each([
    [{ isActive: false }, 'problem', 'the queue is not active', '--status Active'],
    [
      { deadLettersOnExpiration: false },
      'problem',
      'their events are lost',
      'dead-lettering-on-message-expiration true',
    ],
    [{ hasSessions: true }, 'problem', 'the queue requires sessions', 'servicebus queue delete'],
    [{ timeToLiveMs: DAY - 1 }, 'problem', 'messages expire after', 'time-to-live P14D'],
    [{ detectsDuplicates: false }, 'warning', 'duplicates are not detected', 'servicebus queue delete'],
    [{ duplicateWindowMs: 10 * MINUTE - 1 }, 'warning', '10 minutes are needed', 'history-time-window PT10M'],
    [{ mostDeliveries: 4 }, 'warning', 'dead-lettered after 4 deliveries', '--max-delivery-count 10'],
    [{ lockMs: 9_999 }, 'warning', 'locked for 9.999 s only', '--lock-duration PT5M'],
  ] as const)(
    'with %j are told, with the command that corrects them',
    async (changes, status, detail, fix) => {
      const found = await properties(changes);
      expect(found).toMatchObject([{ of: 'events', status }]);
      expect(found[0]?.detail).toContain(detail);
      expect(found[0]?.fix).toContain(fix);
    },
  );

  it('are each told', async () => {
    expect(await properties({ isActive: false, hasSessions: true, lockMs: 1 })).toHaveLength(3);
  });

  it('are unknown to a caller that may not read them', async () => {
    const found = await check({ properties: async () => await Promise.resolve(undefined) });
    expect(found.at(-1)).toMatchObject({ check: 'events-queue-properties', status: 'unknown' });
  });
});

describe('a queue', () => {
  it('that is not there is one finding', async () => {
    expect(await check({ receive: failing('MessagingEntityNotFound') })).toMatchObject([
      {
        check: 'events-queue-receive',
        status: 'problem',
        detail: 'there is no queue events in the namespace',
        fix: expect.stringMatching(/^az servicebus queue create /) as string,
      },
    ]);
  });

  it.each([
    ['receive', 'UnauthorizedAccess', 'the role "Azure Service Bus Data Receiver"', 'Data Receiver'],
    ['send', 'UnauthorizedAccess', 'the role "Azure Service Bus Data Sender"', 'Data Sender'],
    ['receive', 'MessagingEntityDisabled', 'the queue events is disabled', '--status Active'],
    ['receive', 'ServiceTimeout', 'queue events said ServiceTimeout', 'az servicebus namespace show'],
  ] as const)(
    'whose %s fails with %s is a problem, and the rest is tried',
    async (act, service, detail, fix) => {
      const found = await check({ [act]: failing(service) });
      expect(found.map(({ status }) => status)).toEqual(
        act === 'receive' ? ['problem', 'ok', 'ok'] : ['ok', 'problem', 'ok'],
      );
      const told = found.find(({ status }) => status === 'problem');
      expect(told?.detail).toContain(detail);
      expect(told?.fix).toContain(fix);
    },
  );
});

describe('the event subscription', () => {
  it.each<[string, () => Promise<Date | undefined>, Finding['status'], RegExp]>([
    [
      'delivers',
      async () => await Promise.resolve(new Date('2026-11-25T12:00:00Z')),
      'ok',
      /events arrive: .*12:00/,
    ],
    // Nothing may have been written, so this is no problem; and no proof that all is well.
    ['shows nothing', async () => await Promise.resolve(undefined), 'unknown', /no change was mirrored/],
    ['cannot be judged', failing('x'), 'unknown', /queue events said x/],
  ])('%s', async (_, lastMirrored, status, detail) => {
    const finding = await checkSubscription('photos', 'events', lastMirrored);
    expect(finding).toMatchObject({ check: 'event-subscription', of: 'photos', status });
    expect(finding.detail).toMatch(detail);
    expect(finding.fix === undefined).toBe(status === 'ok');
  });
});
