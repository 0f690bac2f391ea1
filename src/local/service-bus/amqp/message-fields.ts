import { EncodingError, readValue, textOf } from './encoded-value.ts';

const NULL = 0x40;

/** The times that .NET can say, years 1 to 9999, in ms since the epoch: Service Bus keeps times as that. */
const EARLIEST_MS = -62_135_596_800_000n;
const LATEST_MS = 253_402_300_799_999n;

/** An encoded field, or undefined where it is left out or null. */
function present(field: Buffer | undefined): Buffer | undefined {
  return field === undefined || field[0] === NULL ? undefined : field;
}

/** The text by which the queue compares a message id of a right type; undefined when there is none. */
export function messageIdOf(field: Buffer | undefined): string | undefined {
  const id = present(field);
  if (id === undefined) return undefined;
  const value = readValue(id, 0);
  switch (value.type) {
    case 0xa1:
    case 0xb1:
      return textOf(id, value) === '' ? undefined : textOf(id, value);
    case 0x44:
      return '0';
    case 0x53:
      return String(id.readUInt8(value.bodyAt));
    case 0x80:
      return String(id.readBigUInt64BE(value.bodyAt));
    case 0x98:
      return id.toString('hex', value.bodyAt);
    case 0xa0:
      return id.toString('hex', value.bodyAt + 1);
    default:
      return id.toString('hex', value.bodyAt + 4);
  }
}

/** A time to live in ms; undefined when there is none. Throws an EncodingError: it is a uint, and so never negative. */
export function timeToLiveOf(field: Buffer | undefined): number | undefined {
  const ttl = present(field);
  if (ttl === undefined) return undefined;
  if (ttl[0] === 0x43) return 0;
  if (ttl[0] === 0x52) return ttl.readUInt8(1);
  if (ttl[0] === 0x70) return ttl.readUInt32BE(1);
  throw new EncodingError('ttl in the header is not of type uint');
}

/**
 * A time in ms since the epoch; undefined when there is none. One that is too far away becomes the farthest that
 * Service Bus can say. Throws an EncodingError.
 */
export function timeOf(name: string, field: Buffer | undefined): number | undefined {
  const time = present(field);
  if (time === undefined) return undefined;
  // A long is taken for a timestamp, as some clients send one.
  if (time[0] === 0x83 || time[0] === 0x81) {
    const ms = time.readBigInt64BE(1);
    return Number(ms < EARLIEST_MS ? EARLIEST_MS : ms > LATEST_MS ? LATEST_MS : ms);
  }
  if (time[0] === 0x55) return time.readInt8(1);
  throw new EncodingError(`${name} is not of type timestamp`);
}

/** Checks a field that is handed on as it is: a client takes no other type. Throws an EncodingError. */
export function expectType(name: string, field: Buffer | undefined, types: readonly number[]): void {
  const type = present(field)?.[0];
  if (type !== undefined && !types.includes(type)) throw new EncodingError(`${name} is of another type`);
}
