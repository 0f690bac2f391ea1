import { describe, expect, it } from 'vitest';
import { createEventGrid } from '../../src/event-grid/event-grid.ts';
import type { Subscription } from '../../src/event-grid/subscription.ts';
import type { StorageMutation } from '../../src/requests/storage-mutation.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { dataOf, mutationOf, recording, subjectsOf } from '../support/subscribers.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TOPIC =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/blobmirror-local/providers/Microsoft.Storage/storageAccounts/sourceaccount';

async function delivered(mutations: readonly StorageMutation[], facts: Partial<Subscription> = {}) {
  const { subscription, got } = recording(facts);
  const grid = createEventGrid({ subscriptions: [subscription] });
  for (const mutation of mutations) grid.publish(mutation);
  await grid.idle();
  await grid.stop();
  return got;
}

describe('an event', () => {
  it('has the shape of the Event Grid schema', async () => {
    const [delivery] = await delivered([mutationOf('a/Cat 1.jpg')]);
    const data = dataOf(delivery);
    expect(delivery?.body).toEqual({
      topic: TOPIC,
      subject: '/blobServices/default/containers/photos/blobs/a/Cat 1.jpg',
      eventType: 'Microsoft.Storage.BlobCreated',
      eventTime: '2026-03-04T05:06:07.1640000Z',
      id: delivery?.messageId,
      dataVersion: '',
      metadataVersion: '1',
      data: {
        api: 'PutBlob',
        clientRequestId: '0c1f0f7e-52a8-4a6e-8d6f-0d2f4f3f1a11',
        requestId: '5e6f3a10-501e-0042-7a11-9c2f0d000000',
        eTag: '0x8DC1234567890AB',
        contentType: 'text/plain',
        contentLength: 3,
        blobType: 'BlockBlob',
        url: 'http://127.0.0.1:10000/sourceaccount/photos/a%2FCat%201.jpg',
        sequencer: data['sequencer'],
        storageDiagnostics: data['storageDiagnostics'],
      },
    });
    expect(data['sequencer']).toMatch(/^[0-9a-f]{48}$/);
    expect(data['storageDiagnostics']).toHaveProperty('batchId');
    expect(delivery?.messageId).toMatch(GUID);
    expect(delivery?.contentType).toBe('application/json; charset=utf-8');
    expect(delivery?.applicationProperties).toEqual({
      'aeg-subscription-name': 'To-Queue',
      'aeg-delivery-count': '0',
      'aeg-event-type': 'Notification',
      'aeg-metadata-version': '1',
      'aeg-data-version': '',
      'aeg-output-event-id': delivery?.messageId,
    });
  });

  it('has the shape of CloudEvents 1.0', async () => {
    const [delivery] = await delivered([mutationOf('Cat.jpg')], { schema: 'CloudEventSchemaV1_0' });
    const body = delivery?.body ?? {};
    expect(Object.keys(body).toSorted()).toEqual([
      'data',
      'id',
      'source',
      'specversion',
      'subject',
      'time',
      'type',
    ]);
    expect(body).toMatchObject({
      source: TOPIC,
      subject: '/blobServices/default/containers/photos/blobs/Cat.jpg',
      type: 'Microsoft.Storage.BlobCreated',
      time: '2026-03-04T05:06:07.1640000Z',
      specversion: '1.0',
      id: delivery?.messageId,
    });
    expect(delivery?.contentType).toBe('application/cloudevents+json; charset=utf-8');
    expect(delivery?.applicationProperties).toMatchObject({ 'aeg-metadata-version': '1.0' });
    expect(delivery?.applicationProperties).not.toHaveProperty('aeg-data-version');
  });

  it('of a deletion has neither ETag nor length', async () => {
    const [delivery] = await delivered([mutationOf('x', { api: 'DeleteBlob' })]);
    const data = dataOf(delivery);
    expect(data).toMatchObject({ api: 'DeleteBlob', contentType: 'text/plain', blobType: 'BlockBlob' });
    expect(data).not.toHaveProperty('eTag');
    expect(data).not.toHaveProperty('contentLength');
  });

  it('of a tier change has both tiers and no ETag', async () => {
    const [delivery] = await delivered([
      mutationOf('x', { api: 'SetBlobTier', accessTier: 'Cool', previousTier: 'Hot' }),
    ]);
    const data = dataOf(delivery);
    expect(data).toMatchObject({ accessTier: 'Cool', previousTier: 'Hot', contentLength: 3 });
    expect(data).not.toHaveProperty('eTag');
  });

  it('carries no signature of the request that caused it', async () => {
    const [delivery] = await delivered([
      mutationOf('x', { url: 'http://127.0.0.1:1/sourceaccount/photos/x?sig=secret' }),
    ]);
    const data = dataOf(delivery);
    expect(JSON.stringify(data)).not.toContain('secret');
  });

  it('loses characters beyond the basic plane in its subject but not in its url, as observed in Azure', async () => {
    const [delivery] = await delivered([mutationOf('log_💎.txt')]);
    expect(delivery?.body).toMatchObject({
      subject: '/blobServices/default/containers/photos/blobs/log_\uFFFD\uFFFD.txt',
      data: { url: 'http://127.0.0.1:10000/sourceaccount/photos/log_%F0%9F%92%8E.txt' },
    });
  });

  it('has a greater sequencer than every earlier event, also in a new process and when the clock steps back', async () => {
    const { subscription, got } = recording();
    const clock = new ManualClock();
    for (const step of [0, 0, 1, -5000, 0, 6000]) {
      const grid = createEventGrid({ subscriptions: [subscription], clock });
      grid.publish(mutationOf('x'));
      await clock.advance(step);
      grid.publish(mutationOf('x'));
      await grid.stop();
      await clock.advance(step < 0 ? 5001 : 1);
    }
    const sequencers = got.map((delivery) => String(dataOf(delivery)['sequencer']));
    expect(sequencers).toHaveLength(12);
    expect(new Set(sequencers).size).toBe(12);
    expect(sequencers.toSorted()).toEqual(sequencers);
  });
});

describe('a subscription', () => {
  const three = [mutationOf('a.jpg'), mutationOf('A/b.txt', { api: 'DeleteBlob' }), mutationOf('c.JPG')];
  it.each<[string, Partial<Subscription>, string[]]>([
    ['without filters gets everything', {}, ['a.jpg', 'A/b.txt', 'c.JPG']],
    ['gets the event types it names', { includedEventTypes: ['Microsoft.Storage.BlobDeleted'] }, ['A/b.txt']],
    [
      'gets subjects that begin so, in any case',
      { subjectBeginsWith: '/blobservices/default/containers/photos/blobs/a' },
      ['a.jpg', 'A/b.txt'],
    ],
    ['gets subjects that end so, in any case', { subjectEndsWith: '.jpg' }, ['a.jpg', 'c.JPG']],
    ['minds the case when told to', { subjectEndsWith: '.jpg', isSubjectCaseSensitive: true }, ['a.jpg']],
    ['gets nothing for a prefix without the leading slash', { subjectBeginsWith: 'blobServices' }, []],
    ['gets nothing of another account', { account: 'backupaccount' }, []],
  ])('%s', async (_what, facts, subjects) => {
    expect(subjectsOf(await delivered(three, facts))).toEqual(subjects);
  });

  it("gets no events of the service's own containers", async () => {
    expect(
      await delivered([
        mutationOf('x', { container: '$logs' }),
        mutationOf('x', { container: '$blobchangefeed' }),
      ]),
    ).toEqual([]);
  });

  it('gets its own copy of each event', async () => {
    const [one, other] = [recording(), recording({ schema: 'CloudEventSchemaV1_0' })];
    const grid = createEventGrid({ subscriptions: [one.subscription, other.subscription] });
    grid.publish(mutationOf('x'));
    await grid.idle();
    expect([one.got.length, other.got.length]).toEqual([1, 1]);
    await grid.stop();
  });
});

describe('the grid', () => {
  it('limits concurrent deliveries, and is idle when the last one is answered', async () => {
    let atOnce = 0;
    let most = 0;
    const { subscription } = recording({
      deliver: async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
      },
    });
    const grid = createEventGrid({ subscriptions: [subscription] });
    for (let i = 0; i < 1000; i += 1) grid.publish(mutationOf(`${i}`));
    expect(grid.pending).toBe(1000);
    await grid.idle();
    expect(grid.pending).toBe(0);
    expect(atOnce).toBe(0);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(64);
    await grid.stop();
  });

  it('never throws at the storage that reports to it', () => {
    const { subscription } = recording({
      deliver: () => {
        throw new Error('at once');
      },
    });
    const grid = createEventGrid({ subscriptions: [subscription], clock: new ManualClock() });
    expect(() => grid.publish(mutationOf('x'))).not.toThrow();
    expect(() => grid.publish(mutationOf('x', { time: new Date(Number.NaN) }))).not.toThrow();
  });

  it('leaves no timer and no waiter when it is stopped during deliveries', async () => {
    const clock = new ManualClock();
    const failing = recording({ deliver: () => Promise.reject(new Error('down')) });
    const silent = recording({ deliver: () => new Promise(() => undefined) });
    const grid = createEventGrid({
      subscriptions: [failing.subscription, silent.subscription],
      clock,
      faults: { seed: 1, reorderWindow: 3, delayMs: { max: 100 } },
    });
    for (let i = 0; i < 100; i += 1) grid.publish(mutationOf(`${i}`));
    await clock.advance(150);
    const idle = grid.idle();
    expect(clock.timers).toBeGreaterThan(0);
    const stopped = grid.stop();
    await clock.advance(1000);
    await Promise.all([stopped, idle]);
    expect(clock.timers).toBe(0);
    expect(grid.pending).toBe(0);
    grid.publish(mutationOf('late'));
    expect(grid.pending).toBe(0);
    await grid.stop();
  });

  it('leaves no timer for events that a fault was holding back when it was stopped', async () => {
    const clock = new ManualClock();
    const { subscription, got } = recording();
    const grid = createEventGrid({
      subscriptions: [subscription],
      clock,
      faults: { seed: 1, reorderWindow: 2 },
    });
    grid.publish(mutationOf('held'));
    const idle = grid.idle();
    expect([grid.pending, clock.timers]).toEqual([1, 1]);
    await grid.stop();
    await idle;
    expect([grid.pending, clock.timers, got.length]).toEqual([0, 0, 0]);
  });
});
