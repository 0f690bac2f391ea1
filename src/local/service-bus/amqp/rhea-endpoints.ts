import type { Delivery, Receiver, Sender, Session } from 'rhea';

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
