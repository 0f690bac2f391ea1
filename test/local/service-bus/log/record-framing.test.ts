import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameRecord, RecordReader } from '../../../../src/local/service-bus/log/record-framing.js';

/** Reads a log in chunks of a size, as a stream would give it. */
function readAll(log: Buffer, chunkSize: number): { records: unknown[]; validBytes: number } {
  const reader = new RecordReader();
  const records: unknown[] = [];
  for (let at = 0; at < log.length; at += chunkSize)
    records.push(...reader.read(log.subarray(at, at + chunkSize)));
  return { records, validBytes: reader.validBytes };
}

const record = fc.record({
  text: fc.string(),
  number: fc.double(),
  bytes: fc.uint8Array().map((a) => Buffer.from(a)),
});

it('reads back what was written, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(record), fc.integer({ min: 1, max: 50 }), (records, chunkSize) => {
      const log = Buffer.concat(records.map(frameRecord));
      expect(readAll(log, chunkSize)).toEqual({ records, validBytes: log.length });
    }),
  );
});

it('keeps dates, infinity and bytes as they are', () => {
  const value = { at: new Date(5), never: Infinity, bytes: Buffer.from([1, 2]), none: undefined };
  expect(readAll(frameRecord(value), 1_000).records).toEqual([value]);
  expect(Buffer.isBuffer(readAll(frameRecord(Buffer.from('x')), 1_000).records[0])).toBe(true);
});

it('gives every whole record before a cut, and none after a changed byte', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), fc.nat(), fc.boolean(), (records, where, cut) => {
      const frames = records.map(frameRecord);
      const log = Buffer.concat(frames);
      const at = where % log.length;
      const damaged = cut ? log.subarray(0, at) : Buffer.from(log);
      if (!cut) damaged.writeUInt8(damaged.readUInt8(at) ^ 0x20, at);
      let whole = 0;
      for (
        let end = frames[0]?.length ?? 0;
        whole < frames.length && end <= at;
        end += frames[whole]?.length ?? 0
      )
        whole++;
      const { records: found, validBytes } = readAll(damaged, 64);
      expect(found).toEqual(records.slice(0, whole));
      expect(validBytes).toBe(frames.slice(0, whole).reduce((sum, frame) => sum + frame.length, 0));
    }),
  );
});
