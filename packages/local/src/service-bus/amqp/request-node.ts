import rhea, { type EventContext, type Message, type Sender, type Session } from 'rhea';
import { CONDITION } from './conditions.ts';
import { sizeRefusalOf } from './guard-session.ts';
import { splitSections } from './message-sections.ts';
import {
  type IncomingLink,
  type OutgoingDelivery,
  type OutgoingLink,
  answerDrain,
  decodeValue,
} from './rhea-members.ts';

/** The answer to a request: its application properties and body. */
export interface Reply {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

interface Request {
  readonly message: Pick<Message, 'application_properties' | 'body'>;
  /** The value with its type, returned as the answer's correlation id. */
  readonly messageId: unknown;
}

/**
 * Serves a request-reply node ($cbs, or a queue's $management): each request on the link is answered on the
 * client's receiving link of the same node in the same session. The clients open a session for every pair, so
 * no other routing is needed, and $cbs has none.
 */
export function serveRequests(
  link: IncomingLink,
  address: string,
  handle: (request: Request['message']) => Reply | Promise<Reply>,
): void {
  const answer = async ({ message, messageId }: Request) => {
    const { properties, body } = await handle(message);
    const content = rhea.message.encode({
      correlation_id: messageId,
      application_properties: properties,
      body,
    });
    const replies = findReplyLink(link.session, address);
    // Limits the answers that wait for a client's credit to the size of its session.
    if (replies === undefined || replies.session.outgoing.available() === 0) return;
    const sent: OutgoingDelivery = replies.send(content, undefined, 0);
    sent.settled = true;
  };
  link.on('message', ({ delivery, message }: EventContext) => {
    if (delivery === undefined) return;
    const refusal = sizeRefusalOf(delivery);
    if (refusal !== undefined) {
      delivery.reject(refusal);
      return;
    }
    const read = readRequest(message);
    if ('error' in read) {
      delivery.reject({ condition: CONDITION.decodeError, description: read.error });
      return;
    }
    delivery.accept();
    answer(read).catch((error: unknown) => {
      link.close({ condition: CONDITION.internalError, description: String(error) });
    });
  });
}

/** Serves a client's receiving link for answers. */
export function serveReplies(link: OutgoingLink): void {
  // rhea's own answer counts the credit down one by one, and stays silent when there is none.
  answerDrain(link, () => {
    link.delivery_count += link.credit;
    link.credit = 0;
    return true;
  });
  link.on('sender_draining', () => link.set_drained(true));
}

function readRequest(bytes: unknown): Request | { readonly error: string } {
  try {
    if (!Buffer.isBuffer(bytes)) return { error: 'the request is no message' };
    const [messageId] = splitSections(bytes).properties;
    return {
      message: rhea.message.decode(bytes) as unknown as Request['message'],
      messageId: messageId && decodeValue(messageId),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function findReplyLink(session: Session, address: string): OutgoingLink | undefined {
  return session.find_sender((candidate: Sender) => {
    const source: { readonly address?: unknown } | null | undefined = candidate.source;
    return typeof source?.address === 'string' && source.address.toLowerCase() === address.toLowerCase();
  }) as OutgoingLink | undefined;
}
