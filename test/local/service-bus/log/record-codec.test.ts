import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../../../src/local/service-bus/log/record-codec.ts';
import type { QueueRecord } from '../../../../src/local/service-bus/queue/queue-record.ts';

const properties = {
  text: 'a\n"ü"',
  content: 'a property may have any name',
  number: 1.5,
  yes: true,
  none: null,
  at: new Date(1_700_000_000_123),
  bytes: Buffer.from([0, 10, 255]),
};

const message = {
  sequenceNumber: 7,
  messageId: 'm\n1',
  content: Buffer.from([1, 10, 2, 10]),
  rest: 'deferred',
  deadLettered: true,
  sentAt: 1,
  enqueuedAt: 2,
  timeToLiveMs: Infinity,
  deliveryCount: 3,
  properties,
} as const;

const records: QueueRecord[] = [
  { type: 'put', message },
  { type: 'put', message: { ...message, timeToLiveMs: 5, content: Buffer.alloc(0), properties: {} } },
  { type: 'activated', sequenceNumber: 1, as: 2, at: 3 },
  { type: 'returned', sequenceNumber: 1, deliveryCount: 2, properties },
  { type: 'deferred', sequenceNumber: 1, deliveryCount: 2, properties: {} },
  { type: 'dead-lettered', sequenceNumber: 1, deliveryCount: 2, properties },
  { type: 'removed', sequenceNumber: 1 },
  { type: 'seen', messageId: 'x', at: 5 },
  { type: 'next', sequenceNumber: 9 },
];

describe('a record', () => {
  it.each(records.map((record) => ({ name: record.type, record })))(
    'reads back as it was written: $name',
    ({ record }) => {
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    },
  );

  it('of an unknown kind is an error', () => {
    expect(() => decodeRecord(Buffer.from('{"type":"vanished"}\n'))).toThrow(/does not know/);
    expect(() => decodeRecord(Buffer.from('no json'))).toThrow(SyntaxError);
  });
});
