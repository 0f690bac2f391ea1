import { EncodingError, readValue } from './encoded-value.ts';
import { type CheckedPerformative, checkPerformative } from './performatives.ts';

/** From a client: a protocol header, or a frame that rhea can read safely. */
export type Incoming =
  | { readonly kind: 'header'; readonly protocol: number; readonly bytes: Buffer }
  | {
      readonly kind: 'frame';
      readonly bytes: Buffer;
      readonly channel: number;
      /** Undefined for an empty frame, a heartbeat. */
      readonly performative: CheckedPerformative | undefined;
    };

/** Bytes after which the connection cannot be parsed any further, with AMQP's condition for it. */
export class BrokenFrame extends Error {
  readonly condition: 'amqp:connection:framing-error' | 'amqp:decode-error';

  constructor(condition: BrokenFrame['condition'], message: string) {
    super(message);
    this.condition = condition;
  }
}

const HEADER_BYTES = 8;
const AMQP_PROTOCOL = 0;
export const SASL_PROTOCOL = 3;
const noBytes = Buffer.alloc(0);

/** Splits a client's bytes into whole frames of bounded size and validates what rhea would trust. */
export class FrameParser {
  readonly #maxFrameBytes: number;
  #bytes: Buffer = noBytes;
  #protocol: number | undefined;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next header or frame; undefined until it is complete. Throws a BrokenFrame. */
  next(): Incoming | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 4) return undefined;
    // An impossible size, above every limit.
    const isHeader = bytes.toString('latin1', 0, 4) === 'AMQP';
    if (!isHeader && this.#protocol === undefined)
      throw framingError('the connection starts with no AMQP header');
    const size = isHeader ? HEADER_BYTES : bytes.readUInt32BE(0);
    if (size < HEADER_BYTES) throw framingError(`a frame of ${size} bytes is shorter than its own header`);
    if (size > this.#maxFrameBytes) {
      throw framingError(`a frame of ${size} bytes exceeds the limit of ${this.#maxFrameBytes}`);
    }
    if (bytes.length < size) return undefined;
    const taken = bytes.subarray(0, size);
    this.#bytes = bytes.length === size ? noBytes : bytes.subarray(size);
    return isHeader ? this.#readHeader(taken) : this.#readFrame(taken);
  }

  #readHeader(bytes: Buffer): Incoming {
    const [protocol = -1, major, minor, revision] = bytes.subarray(4);
    const isKnown = protocol === AMQP_PROTOCOL || protocol === SASL_PROTOCOL;
    const follows =
      this.#protocol === undefined || (this.#protocol === SASL_PROTOCOL && protocol === AMQP_PROTOCOL);
    if (!isKnown || !follows || major !== 1 || minor !== 0 || revision !== 0) {
      throw framingError(`the header asks for protocol ${protocol}, version ${major}.${minor}.${revision}`);
    }
    this.#protocol = protocol;
    return { kind: 'header', protocol, bytes };
  }

  #readFrame(bytes: Buffer): Incoming {
    const bodyAt = bytes.readUInt8(4) * 4;
    const type = bytes.readUInt8(5);
    const isSasl = this.#protocol === SASL_PROTOCOL;
    if (type !== (isSasl ? 1 : 0)) throw framingError(`a frame of type ${type} has no place here`);
    if (bodyAt < HEADER_BYTES || bodyAt > bytes.length)
      throw framingError('the body of a frame is not within it');
    const channel = isSasl ? 0 : bytes.readUInt16BE(6);
    if (bodyAt === bytes.length) return { kind: 'frame', bytes, channel, performative: undefined };
    const performative = readPerformative(bytes, bodyAt);
    if (performative === undefined || performative.name.startsWith('sasl-') !== isSasl) {
      throw new BrokenFrame('amqp:decode-error', 'the body of a frame is none that a client sends');
    }
    return { kind: 'frame', bytes, channel, performative };
  }
}

function readPerformative(bytes: Buffer, bodyAt: number): CheckedPerformative | undefined {
  try {
    return checkPerformative(bytes, readValue(bytes, bodyAt));
  } catch (error) {
    if (error instanceof EncodingError) throw new BrokenFrame('amqp:decode-error', error.message);
    throw error;
  }
}

function framingError(message: string): BrokenFrame {
  return new BrokenFrame('amqp:connection:framing-error', message);
}
