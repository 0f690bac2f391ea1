import rhea from 'rhea';
import type { AmqpError, Delivery, Receiver, Sender, Session, Typed } from 'rhea';

interface Composite {
  described(): unknown;
}

/** Members of rhea's codec that its typings lack. */
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

/** A value with its type, so that it is encoded unchanged. The bytes must have been validated. */
export function decodeValue(bytes: Buffer): Typed {
  return new types.Reader(bytes).read();
}

/** The outcome that confirms a settlement or, given a failure, refuses it. */
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

/** Members of rhea's objects that its typings lack or declare read-only and that the broker uses. */
interface LocalEnd {
  readonly local: { readonly attach: { max_message_size?: number } };
}

/** The broker's sending link: the client's receiver. */
export interface OutgoingLink extends Sender, LocalEnd {
  readonly session: Session & { readonly outgoing: { available(): number } };
  /** Remaining credit from the client, not counting transfers that wait to be written. */
  credit: number;
  /** Transfers written so far, plus credit given up by draining. */
  delivery_count: number;
}

/** The broker's receiving link: the client's sender. */
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

/** Sets the flag that rhea writes into the link's next flow frame: whether the link is drained. */
export function answerDrain(link: OutgoingLink, isDrained: () => boolean): void {
  Object.assign(link, { _get_drain: isDrained });
}
