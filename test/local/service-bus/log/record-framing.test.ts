import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { frame, FrameReader } from '../../../../src/local/service-bus/log/record-framing.ts';

/** Reads a log in chunks of a size, as a stream would give it. */
function readAll(log: Buffer, chunkSize: number): { payloads: string[]; validBytes: number } {
  const reader = new FrameReader();
  const payloads: string[] = [];
  for (let at = 0; at < log.length; at += chunkSize) {
    for (const payload of reader.read(log.subarray(at, at + chunkSize))) payloads.push(payload.toString());
  }
  return { payloads, validBytes: reader.validBytes };
}

const payloads = fc.array(fc.string({ minLength: 1, maxLength: 100 }), { minLength: 1 });

it('reads back what was written, whatever the chunks', () => {
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
