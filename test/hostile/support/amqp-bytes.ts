/** AMQP values and frames as bytes, written by hand, so that a test can send what no library would. */

export const NULL = Buffer.from([0x40]);
export const boolean = (value: boolean): Buffer => Buffer.from([value ? 0x41 : 0x42]);
export const ubyte = (value: number): Buffer => Buffer.from([0x50, value]);
export const uint = (value: number): Buffer => withUint(0x70, value);
export const string = (value: string): Buffer => sized(0xb1, Buffer.from(value));
export const symbol = (value: string): Buffer => sized(0xb3, Buffer.from(value, 'latin1'));
export const binary = (value: Uint8Array): Buffer => sized(0xb0, value);
export const list = (...items: Uint8Array[]): Buffer => compound(0xd0, items.length, items);
export const map = (...items: Uint8Array[]): Buffer => compound(0xd1, items.length, items);
export const described = (code: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0, 0x53, code]), value]);

/** An array with any count and content, consistent or not. */
export function array(type: number, count: number, content: Uint8Array): Buffer {
  return compound(0xf0, count, [Buffer.from([type]), content]);
}

export const source = (address: Buffer, ...more: Buffer[]): Buffer => described(0x28, list(address, ...more));
export const target = (address: Buffer, ...more: Buffer[]): Buffer => described(0x29, list(address, ...more));
/** A terminus whose node the broker must create. */
export const dynamic = (code: number): Buffer =>
  described(code, list(NULL, uint(0), NULL, uint(0), boolean(true)));

export const PERFORMATIVE = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
  saslInit: 0x41,
} as const;

const noBytes: Buffer = Buffer.alloc(0);

export function frame(
  channel: number,
  body: Uint8Array,
  { type = 0, payload = noBytes }: { type?: number; payload?: Buffer } = {},
): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length + payload.length);
  head.set([2, type], 4);
  head.writeUInt16BE(channel, 6);
  return Buffer.concat([head, body, payload]);
}

export const open = (...more: Buffer[]): Buffer =>
  frame(0, described(PERFORMATIVE.open, list(string('hostile'), NULL, ...more)));

export const begin = (channel = 0): Buffer =>
  frame(channel, described(PERFORMATIVE.begin, list(NULL, uint(0), uint(5_000), uint(5_000))));

export interface AttachParts {
  readonly name?: Buffer;
  readonly handle?: Buffer;
  /** True for a client that receives. */
  readonly role?: Buffer;
  readonly source?: Buffer;
  readonly target?: Buffer;
}

export function attach(parts: AttachParts, channel = 0): Buffer {
  const { name = string('link'), handle = uint(0), role = boolean(false) } = parts;
  const fields = [
    name,
    handle,
    role,
    ubyte(2),
    ubyte(0),
    parts.source ?? NULL,
    parts.target ?? NULL,
    NULL,
    NULL,
  ];
  return frame(channel, described(PERFORMATIVE.attach, list(...fields, uint(0))));
}

export interface TransferParts {
  readonly handle?: Buffer;
  readonly id?: Buffer;
  readonly tag?: Buffer;
  readonly format?: Buffer;
  readonly more?: Buffer;
  readonly aborted?: Buffer;
}

export function transfer(parts: TransferParts, payload: Buffer, channel = 0): Buffer {
  const { handle = uint(0), id = uint(0), tag = binary(Buffer.from('t')), format = uint(0) } = parts;
  const { more = boolean(false), aborted = boolean(false) } = parts;
  const fields = [handle, id, tag, format, NULL, more, NULL, NULL, NULL, aborted];
  return frame(channel, described(PERFORMATIVE.transfer, list(...fields)), { payload });
}

export const flow = (fields: readonly Buffer[], channel = 0): Buffer =>
  frame(channel, described(PERFORMATIVE.flow, list(...fields)));

/** Credit for the messages of a link. */
export const credit = (handle: number, count: number, channel = 0): Buffer =>
  flow([uint(0), uint(5_000), uint(0), uint(5_000), uint(handle), uint(0), uint(count)], channel);

export const disposition = (fields: readonly Buffer[], channel = 0): Buffer =>
  frame(channel, described(PERFORMATIVE.disposition, list(...fields)));

/** A message with a body of text. */
export const message = (text: string): Buffer => described(0x75, binary(Buffer.from(text)));

function withUint(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = type;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

function sized(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([withUint(type, value.length), value]);
}

function compound(type: number, count: number, items: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat([withUint(0, count).subarray(1), ...items]);
  return sized(type, content);
}
