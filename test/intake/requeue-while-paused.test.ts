import { beforeEach, describe, expect, it } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { MemoryQueue } from '../memory/memory-queue.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { createScope } from '../../src/model/scope.ts';
import { ScriptedPause } from '../support/scripted-pause.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const DAY = 24 * 3_600_000;

let queue: MemoryQueue;
let pause: ScriptedPause;
let looks: string[];
let onLook: () => void;

beforeEach(() => {
  queue = new MemoryQueue();
  pause = new ScriptedPause();
  looks = [];
  onLook = () => undefined;
});

function event(path: string): unknown {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: '2026-11-21T21:00:00Z',
    id: `id-${path}`,
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/photos/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

/** Handles a message, and gives it back where the worker dies instead. False when there is none. */
async function handleOne(end: 'completes' | 'dies' = 'completes'): Promise<boolean> {
  for (const message of queue.scheduled) queue.enqueue(message);
  const [message] = queue.ready;
  if (message === undefined) return false;
  const lock = queue.receive(message);
  const { body, messageId, sentAt, deliveryCount, applicationProperties } = message;
  const intake = {
    scope: createScope('sourceaccount'),
    converge: async (key: { path: string }) => {
      await Promise.resolve();
      looks.push(key.path);
      onLook();
      return { verdict: 'in-sync' as const };
    },
    followRename: async () => await Promise.resolve('not renamed' as const),
    walk: async () => await Promise.reject(new Error('none of these events has a prefix')),
    queue: queue.through(immediately),
    pause,
  };
  const incoming = { body, messageId, enqueuedTime: sentAt, deliveryCount, applicationProperties };
  await handleMessage(intake, createSilentLogger(), incoming);
  if (end === 'completes') queue.complete(lock);
  else queue.release(lock);
  return true;
}

function historyOf({ applicationProperties, messageId, sentAt } = first()) {
  return parseHistory(applicationProperties, messageId, sentAt);
}

function first() {
  const [message] = [...queue.scheduled, ...queue.ready];
  if (message === undefined) throw new Error('the queue is empty');
  return message;
}

describe('a message that comes while mirroring is paused', () => {
  it('goes back again and again, for days, and is worked on once afterwards', async () => {
    queue.send({ messageId: 'm1', body: event('cat.jpg') });
    pause.begin();
    for (let minute = 0; minute < 3 * 288; minute++) await handleOne();
    expect([looks, queue.dead, queue.scheduled.size]).toEqual([[], [], 1]);
    expect(first()).toMatchObject({ deliveryCount: 0, delayMs: 60_000 });
    expect(first().messageId.length).toBeLessThanOrEqual(128);
    pause.end();
    while (await handleOne());
    expect(looks).toEqual(['cat.jpg']);
    expect(queue.dead).toEqual([]);
  });

  it('is a dead letter at once where it is out of bounds, which no later try would change', async () => {
    queue.send({ messageId: 'm1', body: Array.from({ length: 5001 }, () => event('cat.jpg')) });
    pause.begin();
    await handleOne();
    expect([looks, queue.scheduled.size, queue.ready.size]).toEqual([[], 0, 1]);
    // On its way to the dead-letter queue.
    expect(first().applicationProperties).toMatchObject({ 'blobmirror-code': 'message-out-of-bounds' });
  });

  it('goes back with all that earlier tries have learned, and without one try more', async () => {
    const history = {
      root: 'r',
      attempts: 7,
      looks: 2,
      firstSeen: new Date('2026-11-20T00:00:00Z'),
      unsettled: true,
      mirrored: false,
      parked: false,
      lastError: { code: 'race-lost', detail: 'd', hint: 'h' },
    };
    queue.send({ messageId: 'r.try.7.2.1', body: event('a'), applicationProperties: toProperties(history) });
    pause.begin();
    await handleOne();
    expect(historyOf()).toEqual({ ...history, holds: 1, walk: undefined });
  });

  it('is checked once more later when a worker may have died with it', async () => {
    queue.send({ messageId: 'm1', body: event('a') });
    await handleOne('dies');
    pause.begin();
    await handleOne();
    expect(historyOf().unsettled).toBe(true);
  });

  it('has another successor for each delivery, and so have they', async () => {
    queue.send({ messageId: 'm1', body: event('a') });
    pause.begin();
    await handleOne('dies');
    await handleOne();
    expect(queue.scheduled.size + queue.ready.size).toBe(2);
    pause.end();
    onLook = () => {
      throw new BlobmirrorError('write-outcome-unknown', 'cut off');
    };
    await handleOne();
    await handleOne();
    expect([...queue.ready, ...queue.scheduled].map(({ messageId }) => messageId)).toEqual([
      expect.stringMatching(/^m1\.try\.1\.0\.1\.1\./),
      expect.stringMatching(/^m1\.try\.1\.0\.1\.2\./),
    ]);
  });

  it('is not kept from the dead-letter queue that it is on its way to', async () => {
    const parked = {
      root: 'r',
      attempts: 1,
      looks: 0,
      firstSeen: new Date(),
      unsettled: false,
      mirrored: false,
      parked: true,
    };
    const applicationProperties = toProperties({ ...parked, lastError: undefined });
    queue.send({ messageId: 'm1', body: event('a'), applicationProperties, expires: true });
    pause.begin();
    await expect(handleOne()).rejects.toThrow('parked');
    expect(queue.scheduled.size).toBe(0);
  });
});

it('of a message with many events, those go back untried, together, that were not begun when the pause began', async () => {
  queue.send({ messageId: 'm1', body: ['a', 'b', 'c'].map(event) });
  onLook = () => pause.begin();
  await handleOne();
  expect(looks).toEqual(['a']);
  expect([...queue.ready, ...queue.scheduled].map(({ body }) => body)).toEqual([[event('b'), event('c')]]);
  pause.end();
  onLook = () => undefined;
  while (await handleOne());
  expect(looks).toEqual(['a', 'b', 'c']);
});

describe('invariant 10: the day that what may pass is given', () => {
  it.each([
    ['is not shortened by a pause', DAY, 0],
    ['is over when it is over without the pause', DAY / 4, 1],
  ])('%s', async (_, pausedMs, dead) => {
    const firstSeen = new Date(Date.now() - 1.5 * DAY);
    const history = { root: 'r', attempts: 30, looks: 0, firstSeen, unsettled: false, parked: false };
    const applicationProperties = toProperties({ ...history, lastError: undefined });
    queue.send({ messageId: 'm1', body: event('a'), applicationProperties });
    pause.pausedMs = pausedMs;
    onLook = () => {
      throw new BlobmirrorError('storage-unavailable', 'down');
    };
    await handleOne();
    expect([...queue.ready].filter(({ expires }) => expires)).toHaveLength(dead);
  });
});
