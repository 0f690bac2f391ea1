import rhea, { type EventContext, type Message, type Sender, type Session } from 'rhea';
import type { IncomingLink, OutgoingDelivery } from './rhea-endpoints.js';

/** The answer to a request: its application properties and body. */
export interface Reply {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/**
 * Serves a request-reply node ($cbs, or a queue's $management): each request on the link is answered on the client's
 * receiving link of the same node in the same session. The clients open a session for every pair, so no other
 * routing is needed, and $cbs gives none.
 */
export function serveRequests(
  link: IncomingLink,
  address: string,
  handle: (request: Message) => Reply | Promise<Reply>,
): void {
  const answer = async (request: Message) => {
    const { properties, body } = await handle(request);
    const content = rhea.message.encode({
      correlation_id: request.message_id,
      application_properties: properties,
      body,
    });
    const sent: OutgoingDelivery | undefined = findReplyLink(link.session, address)?.send(
      content,
      undefined,
      0,
    );
    if (sent !== undefined) sent.settled = true;
  };
  link.on('message', ({ delivery, message }: EventContext) => {
    delivery?.accept();
    if (message !== undefined) void answer(message);
  });
}

function findReplyLink(session: Session, address: string): Sender | undefined {
  return session.find_sender(
    (candidate: Sender) => candidate.source?.address.toLowerCase() === address.toLowerCase(),
  );
}
