import rhea from 'rhea';
import type { AmqpError, Delivery, Receiver, Sender, Session, Typed } from 'rhea';

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

/** Members of rhea's objects that its typings leave out or declare read-only, as far as the broker uses them. */
interface LocalEnd {
  readonly local: { readonly attach: { max_message_size?: number } };
}

/** A link on which the broker sends: the client's receiver. */
export interface OutgoingLink extends Sender, LocalEnd {
  readonly session: Session & { readonly outgoing: { available(): number } };
  /** Transfers that the client still allows, not counting those that wait to be written. */
  credit: number;
  /** Transfers written so far, plus credit given up by draining. */
  delivery_count: number;
}

/** A link on which the broker receives: the client's sender. */
export type IncomingLink = Receiver & LocalEnd;

export interface OutgoingDelivery extends Omit<Delivery, 'settled' | 'remote_settled'> {
  settled: boolean;
  remote_settled: boolean;
}

export function isOutgoingLink(sender: Sender | undefined): sender is OutgoingLink {
  return (
    sender !== undefined && 'credit' in sender && 'delivery_count' in sender && 'outgoing' in sender.session
  );
}

export function isIncomingLink(receiver: Receiver | undefined): receiver is IncomingLink {
  return receiver !== undefined && 'local' in receiver;
}

/** Sets what rhea asks when it writes a flow frame for the link: whether the frame says that the link is drained. */
export function answerDrain(link: OutgoingLink, isDrained: () => boolean): void {
  Object.assign(link, { _get_drain: isDrained });
}
