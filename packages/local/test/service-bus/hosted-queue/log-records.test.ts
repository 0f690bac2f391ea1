import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FrameReader,
  decodeRecord,
  encodeRecord,
  frame,
} from '../../../src/service-bus/hosted-queue/log-records.ts';
import type { QueueRecord } from '../../../src/service-bus/queue/queue-state.ts';

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

/** Reads a log in chunks of the given size, as from a stream. */
function readAll(log: Buffer, chunkSize: number): { payloads: string[]; validBytes: number } {
  const reader = new FrameReader();
  const payloads: string[] = [];
  for (let at = 0; at < log.length; at += chunkSize) {
    for (const payload of reader.read(log.subarray(at, at + chunkSize))) payloads.push(payload.toString());
  }
  return { payloads, validBytes: reader.validBytes };
}

const payloads = fc.array(fc.string({ minLength: 1, maxLength: 100 }), { minLength: 1 });

it('reads back what was written, for any chunk size', () => {
  const result = fc.check(
    fc.property(payloads, fc.integer({ min: 1, max: 50 }), (written, chunkSize) => {
      const log = Buffer.concat(written.map((payload) => frame(Buffer.from(payload))));
      const read = readAll(log, chunkSize);
      return read.validBytes === log.length && read.payloads.join() === written.join();
    }),
  );
  expect(fc.defaultReportMessage(result)).toBeUndefined();
});

it('gives every whole record before a cut or a changed byte, and none after', () => {
  const result = fc.check(
    fc.property(payloads, fc.nat(), fc.boolean(), (written, where, cut) => {
      const frames = written.map((payload) => frame(Buffer.from(payload)));
      const log = Buffer.concat(frames);
      const at = where % log.length;
      const damaged = cut ? log.subarray(0, at) : Buffer.from(log);
      if (!cut) damaged.writeUInt8(damaged.readUInt8(at) ^ 0x20, at);
      let whole = 0;
      let end = 0;
      for (const { length } of frames) {
        if (end + length > at) break;
        end += length;
        whole++;
      }
      const read = readAll(damaged, 64);
      return read.validBytes === end && read.payloads.join() === written.slice(0, whole).join();
    }),
  );
  expect(fc.defaultReportMessage(result)).toBeUndefined();
});
