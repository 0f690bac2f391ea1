import rhea, { type AmqpError, type Typed } from 'rhea';

interface Composite {
  described(): unknown;
}

/** What rhea's codec has and its typings leave out. */
interface UntypedCodec {
  readonly message: {
    accepted(): Composite;
    rejected(fields: { readonly error: AmqpError }): Composite;
  };
  readonly types: {
    Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
    Reader: new (bytes: Buffer) => { read(): Typed };
  };
}

const codec: unknown = rhea;
if (!isCodec(codec)) throw new Error("rhea's codec is not as in rhea 3.0.5");
const { message, types } = codec;

export function encodeValue(value: Typed): Buffer {
  const writer = new types.Writer();
  writer.write(value);
  return writer.toBuffer();
}

/** A value with its type, so that it is encoded again as it was. The bytes must have been walked. */
export function decodeValue(bytes: Buffer): Typed {
  return new types.Reader(bytes).read();
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
    hasMember(value.types, 'Writer') &&
    hasMember(value.types, 'Reader')
  );
}

function hasMember<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
