import rhea, { type AmqpError, type Typed } from 'rhea';

/** A message or part of one as rhea decodes it: sections and fields by name, of whatever type the sender chose. */
export type DecodedMessage = Readonly<Record<string, unknown>>;

interface Composite {
  described(): unknown;
}

/** What rhea's codec has and its typings leave out. */
interface UntypedCodec {
  readonly message: {
    accepted(): Composite;
    rejected(fields: { readonly error: AmqpError }): Composite;
  };
  readonly types: { Writer: new () => { write(value: Typed): void; toBuffer(): Buffer } };
}

const codec: unknown = rhea;
if (!isCodec(codec)) throw new Error("rhea's codec is not as in rhea 3.0.5");
const { message, types } = codec;

export function decodeMessage(bytes: Buffer): DecodedMessage {
  return rhea.message.decode(bytes);
}

/** A member of a decoded message that is a map; an empty one when it is not there. */
export function mapIn(decoded: DecodedMessage, name: string): DecodedMessage {
  const value = decoded[name];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Encodes sections that are not a whole message: rhea's own encoder always adds a body. */
export function encodeSections(
  sections: readonly { readonly code: number; readonly value: Typed }[],
): Buffer {
  const writer = new types.Writer();
  for (const { code, value } of sections) {
    Object.assign(value, { descriptor: rhea.types.wrap_ulong(code) as unknown });
    writer.write(value);
  }
  return writer.toBuffer();
}

/** The outcome that confirms a settlement or, with a failure, refuses it. */
export function encodeOutcome(failure: AmqpError | undefined): unknown {
  return (failure === undefined ? message.accepted() : message.rejected({ error: failure })).described();
}

function isCodec(value: unknown): value is UntypedCodec {
  return (
    hasMember(value, 'message') &&
    hasMember(value.message, 'accepted') &&
    hasMember(value.message, 'rejected') &&
    hasMember(value, 'types') &&
    hasMember(value.types, 'Writer')
  );
}

function hasMember<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
