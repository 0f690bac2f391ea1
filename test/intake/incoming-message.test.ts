import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { theQueueClock } from '../../src/clock/observed-clock.ts';
import { fromTrigger, readHistory } from '../../src/intake/incoming-message.ts';

const METADATA = {
  messageId: 'e4bb3d3f-0001',
  enqueuedTimeUtc: '2026-11-21T21:00:00.000Z',
  deliveryCount: 2,
  applicationProperties: { 'blobmirror-attempts': 3 },
};
const invocationId = 'invocation';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a message of a Service Bus trigger', () => {
  it('is what the metadata says', () => {
    expect(fromTrigger({ id: 1 }, { invocationId, triggerMetadata: METADATA })).toEqual({
      body: { id: 1 },
      messageId: 'e4bb3d3f-0001',
      enqueuedTime: new Date('2026-11-21T21:00:00.000Z'),
      deliveryCount: 2,
      applicationProperties: { 'blobmirror-attempts': 3 },
    });
  });

  it('tells the clock of the queue when it arrived, unless its own body may have said it', () => {
    const observed = vi.spyOn(theQueueClock, 'observeArrival').mockReturnValue(undefined);
    onTestFinished(() => observed.mockRestore());
    fromTrigger({ enqueuedTimeUtc: '2026-11-21T22:00:00Z' }, { invocationId, triggerMetadata: METADATA });
    expect(observed).not.toHaveBeenCalled();
    fromTrigger({}, { invocationId, triggerMetadata: METADATA });
    expect(observed.mock.calls).toEqual([[new Date('2026-11-21T21:00:00.000Z')]]);
  });

  it('keeps its history where an older extension calls it user properties', () => {
    const { applicationProperties: userProperties, ...rest } = METADATA;
    const message = fromTrigger('', { invocationId, triggerMetadata: { ...rest, userProperties } });
    expect(message.applicationProperties).toEqual({ 'blobmirror-attempts': 3 });
  });

  it('keeps an id of digits, and a delivery count of 64 bits', () => {
    const long = { low: 3, high: 0, unsigned: false, toString: () => '3' };
    const triggerMetadata = { ...METADATA, messageId: 4711, deliveryCount: long };
    expect(fromTrigger('', { invocationId, triggerMetadata })).toMatchObject({
      messageId: '4711',
      deliveryCount: 3,
    });
  });

  it('has an id and a valid time whatever is missing or cannot be read', () => {
    for (const triggerMetadata of [{}, { messageId: '', enqueuedTimeUtc: 'once upon a time' }]) {
      const { messageId, enqueuedTime, ...rest } = fromTrigger('', { invocationId, triggerMetadata });
      expect(messageId).toBe('invocation');
      expect(Math.abs(enqueuedTime.getTime() - Date.now())).toBeLessThan(3_600_000);
      expect(rest).toEqual({ body: '', deliveryCount: 1, applicationProperties: {} });
    }
  });

  it.each(['UTC', 'Asia/Tokyo'])('was enqueued at a time of UTC where that names no zone, in %s', (zone) => {
    vi.stubEnv('TZ', zone);
    const told = (enqueuedTimeUtc: string) =>
      fromTrigger('', { invocationId, triggerMetadata: { ...METADATA, enqueuedTimeUtc } }).enqueuedTime;
    expect(told('2026-11-21T21:00:00')).toEqual(new Date('2026-11-21T21:00:00Z'));
    expect(told('2026-11-21T22:00:00+01:00')).toEqual(new Date('2026-11-21T21:00:00Z'));
  });

  it('expires when the metadata say so, unless its own body may have said it', () => {
    const expiresAtUtc = '2026-11-21T21:00:00.001';
    const told = (body: unknown) =>
      fromTrigger(body, { invocationId, triggerMetadata: { ...METADATA, expiresAtUtc } }).expiresAt;
    expect(told({ id: 1 })).toEqual(new Date('2026-11-21T21:00:00.001Z'));
    expect(told({ ExpiresAtUtc: 'x' })).toBeUndefined();
    // .NET trims more than JavaScript before it looks for a brace.
    expect(told("\u0085 {'expiresAtUtc': 'x'}")).toBeUndefined();
  });

  it('is not believed where its own body may have overwritten what the metadata say', () => {
    const forged = {
      messageId: 'of another message',
      enqueuedTimeUtc: '9999-01-01T00:00:00Z',
      deliveryCount: 9,
      ApplicationProperties: { 'blobmirror-parked': true, 'blobmirror-root': 'of another message' },
      userProperties: { 'blobmirror-attempts': 4 },
    };
    for (const body of [forged, "{'messageId': 'x'}"]) {
      const message = fromTrigger(body, { invocationId, triggerMetadata: { ...METADATA, ...forged } });
      expect(message).toMatchObject({ messageId: invocationId, applicationProperties: {} });
      expect(message.deliveryCount).toBe(2);
      expect(Math.abs(message.enqueuedTime.getTime() - Date.now())).toBeLessThan(3_600_000);
    }
    const inArray = fromTrigger([forged], { invocationId, triggerMetadata: METADATA });
    expect(inArray).toMatchObject({ messageId: 'e4bb3d3f-0001', deliveryCount: 2 });
  });

  it('has counts and properties of their own type, whatever the metadata hold', () => {
    for (const deliveryCount of [-1, 0, 1.5, 1e300, 'many', null, {}, []])
      for (const applicationProperties of ['text', 7, null, ['x']]) {
        const triggerMetadata = { ...METADATA, deliveryCount, applicationProperties };
        const message = fromTrigger('', { invocationId, triggerMetadata });
        expect(message).toMatchObject({ deliveryCount: 1, applicationProperties: {} });
      }
  });
});

it('a message was first seen when it was enqueued at the latest, whatever its sender says', () => {
  const enqueuedTime = new Date('2026-11-21T21:00:00Z');
  const seen = (text: string): Date =>
    readHistory({
      body: {},
      messageId: 'm',
      enqueuedTime,
      deliveryCount: 1,
      applicationProperties: { 'blobmirror-first-seen': text },
    }).firstSeen;
  expect(seen('2026-11-21T20:00:00Z')).toEqual(new Date('2026-11-21T20:00:00Z'));
  // Its day of tries would not end.
  expect(seen('9999-01-01T00:00:00Z')).toEqual(enqueuedTime);
});
