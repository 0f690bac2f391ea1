import type { Connection, Delivery, Receiver, Sender, Session } from 'rhea';
import type { Socket } from 'node:net';

/** Members of rhea's objects that its typings leave out or declare read-only, as far as the broker uses them. */
export interface ServerConnection extends Connection {
  accept(socket: Socket): void;
}

interface ServerSession extends Session {
  readonly outgoing: { available(): number };
}

/** A link on which the broker sends: the client's receiver. */
export interface OutgoingLink extends Sender {
  readonly session: ServerSession;
  /** Transfers that the client still allows, not counting those that wait to be written. */
  credit: number;
  /** Transfers written so far, plus credit given up by draining. */
  delivery_count: number;
  readonly local: { readonly attach: { max_message_size?: number } };
}

/** A link on which the broker receives: the client's sender. */
export interface IncomingLink extends Receiver {
  readonly local: { readonly attach: { max_message_size?: number } };
}

export interface OutgoingDelivery extends Omit<Delivery, 'settled' | 'remote_settled'> {
  settled: boolean;
  remote_settled: boolean;
}

/** Sets what rhea asks when it writes a flow frame for the link: whether the frame says that the link is drained. */
export function answerDrain(link: OutgoingLink, isDrained: () => boolean): void {
  Object.assign(link, { _get_drain: isDrained });
}
