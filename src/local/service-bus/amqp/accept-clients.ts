import rhea, { type AmqpError, type EventContext, type TerminusOptions } from 'rhea';
import type { Socket } from 'node:net';
import type { Logger } from '../../../telemetry/logger.ts';
import type { HostedQueue } from '../hosted-queue.ts';
import { answerManagementRequest } from '../management/answer-management-request.ts';
import { CONDITION, entityNotFound } from './conditions.ts';
import { type EntityAddress, parseEntityAddress } from './entity-address.ts';
import { guardConnection } from './guard-connection.ts';
import { refusalOf } from './guard-session.ts';
import { serveReplies, serveRequests } from './request-node.ts';
import { type IncomingLink, isIncomingLink, isOutgoingLink, type OutgoingLink } from './rhea-endpoints.ts';
import { type AccessKey, saslMechanisms } from './sasl-mechanisms.ts';
import { serveReceiver } from './serve-receiver.ts';
import { serveSender } from './serve-sender.ts';

/** Finds a queue by its name in lower case. */
export type FindQueue = (name: string) => HostedQueue | undefined;

/** What Service Bus says in its open frame. */
const LIMITS = { maxFrameBytes: 65_536, maxChannel: 4_999 } as const;

/** A receiver that asks for a session carries this filter. Our queues have no sessions. */
const SESSION_FILTER = 'com.microsoft:session-filter';

/**
 * Returns a function that speaks AMQP 1.0 on a socket, as Service Bus does. Any token will do for `$cbs`: there is
 * one user, on this machine. A key that SASL PLAIN carries must be right.
 */
export function acceptClients(
  findQueue: FindQueue,
  accessKey: AccessKey,
  logger: Logger | undefined,
): (socket: Socket) => void {
  const container = rhea.create_container({
    id: 'blobmirror-service-bus',
    autoaccept: false,
    autosettle: false,
    treat_modified_as_released: false,
  });
  container.sasl_server_mechanisms = saslMechanisms(accessKey);
  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (isIncomingLink(receiver)) attachSender(receiver, findQueue);
  });
  container.on('sender_open', ({ sender }: EventContext) => {
    if (isOutgoingLink(sender)) attachReceiver(sender, findQueue);
  });
  container.on('error', (error: unknown) =>
    logger?.warn('a Service Bus client broke off', { error: String(error) }),
  );
  container.on('protocol_error', (error: unknown) => {
    logger?.warn('a Service Bus client broke the protocol', { error: String(error) });
  });
  container.on('disconnected', () => undefined);
  return (socket) => {
    const { maxFrameBytes, maxChannel } = LIMITS;
    // rhea's typings want a port, which a connection that is accepted has no use for.
    const connection = container.create_connection({
      port: 0,
      max_frame_size: maxFrameBytes,
      channel_max: maxChannel,
    });
    // One listener for each receiver on the connection.
    connection.setMaxListeners(0);
    // rhea tells of the end of a connection that nobody closed; its receivers must leave their queues in any case.
    socket.once('close', () => connection.emit('disconnected', { connection }));
    guardConnection(connection, socket, LIMITS, logger).accept(socket);
  };
}

function attachSender(link: IncomingLink, findQueue: FindQueue): void {
  const refusal = refusalOf(link) ?? addressRefusal('target', link.target);
  if (refusal !== undefined) return link.close(refusal);
  const { address } = link.target;
  const found = findNode(address, findQueue);
  if ('refusal' in found) return link.close(found.refusal);
  const { entity, hosted } = found;
  if (entity.node === 'entity' && entity.subQueue === 'deadLetter') {
    link.close({
      condition: CONDITION.notAllowed,
      description: 'Messages cannot be sent to a dead-letter queue.',
    });
    return;
  }
  answerAttach(link);
  if (entity.node === 'entity') {
    if (hosted !== undefined) serveSender(link, hosted);
    return;
  }
  serveRequests(link, address, (request) =>
    entity.node === 'management' && hosted !== undefined
      ? answerManagementRequest(hosted, entity.subQueue, request)
      : { properties: { 'status-code': rhea.types.wrap_int(202), 'status-description': 'Accepted' } },
  );
}

function attachReceiver(link: OutgoingLink, findQueue: FindQueue): void {
  const refusal = refusalOf(link) ?? addressRefusal('source', link.source);
  if (refusal !== undefined) return link.close(refusal);
  const { address, filter } = link.source;
  const found = findNode(address, findQueue);
  if ('refusal' in found) return link.close(found.refusal);
  const { entity, hosted } = found;
  if (entity.node === 'entity' && filter && Object.hasOwn(filter, SESSION_FILTER)) {
    const description = `The queue '${entity.queue}' does not require sessions, so no session can be accepted on it.`;
    link.close({ condition: CONDITION.notAllowed, description });
    return;
  }
  answerAttach(link);
  if (entity.node === 'entity' && hosted !== undefined) serveReceiver(link, hosted, entity.subQueue);
  else serveReplies(link);
}

/** Why there can be no node at that end of a link, whatever its address says. */
function addressRefusal(
  end: 'source' | 'target',
  terminus: TerminusOptions | null | undefined,
): AmqpError | undefined {
  if (terminus?.dynamic === true) {
    return {
      condition: CONDITION.notImplemented,
      description: `Service Bus has no dynamic nodes: name the ${end}.`,
    };
  }
  if (typeof terminus?.address === 'string' && terminus.address !== '') return undefined;
  return { condition: CONDITION.invalidField, description: `The attach has no address in its ${end}.` };
}

function findNode(
  address: string,
  findQueue: FindQueue,
):
  | { readonly refusal: AmqpError }
  | { readonly entity: EntityAddress; readonly hosted: HostedQueue | undefined } {
  const entity = parseEntityAddress(address);
  if (entity === undefined) {
    const description = `The scheme of the address '${address}' is none of 'amqp' and 'amqps'.`;
    return { refusal: { condition: CONDITION.invalidField, description } };
  }
  const hosted = entity.node === 'cbs' ? undefined : findQueue(entity.queue);
  if (entity.node !== 'cbs' && hosted === undefined) return { refusal: entityNotFound(address) };
  return { entity, hosted };
}

/** The answer names both ends: clients take one without for a refusal, and wait for the detach (Azure/azure-uamqp-c). */
function answerAttach(link: IncomingLink | OutgoingLink): void {
  const ends: { readonly source?: TerminusOptions | null; readonly target?: TerminusOptions | null } = link;
  link.set_source(addressOf(ends.source));
  link.set_target(addressOf(ends.target));
}

function addressOf(terminus: TerminusOptions | null | undefined): { address: string } {
  const address: unknown = terminus?.address;
  // rhea leaves a member out that is undefined, whatever its typings say.
  return { address: (typeof address === 'string' ? address : undefined) as string };
}
