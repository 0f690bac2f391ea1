import rhea, { type ConnectionOptions, type EventContext } from 'rhea';
import type { Socket } from 'node:net';
import type { Logger } from '../../../telemetry/logger.js';
import type { HostedQueue } from '../hosted-queue.js';
import { answerManagementRequest } from '../management/answer-management-request.js';
import { CONDITION, entityNotFound } from './conditions.js';
import { parseEntityAddress } from './entity-address.js';
import { serveRequests } from './request-node.js';
import {
  type IncomingLink,
  isIncomingLink,
  isOutgoingLink,
  isServerConnection,
  type OutgoingLink,
} from './rhea-endpoints.js';
import { serveReceiver } from './serve-receiver.js';
import { serveSender } from './serve-sender.js';

/** Finds a queue by its name in lower case. */
export type FindQueue = (name: string) => HostedQueue | undefined;

/** rhea's typings want a port, which a connection that is accepted has no use for. */
const connectionOptions: ConnectionOptions = { port: 0, max_frame_size: 65_536 };

/** A receiver that asks for a session carries this filter. Our queues have no sessions. */
const SESSION_FILTER = 'com.microsoft:session-filter';

/** Returns a function that speaks AMQP 1.0 on a socket, as Service Bus does. */
export function acceptClients(findQueue: FindQueue, logger: Logger | undefined): (socket: Socket) => void {
  const container = rhea.create_container({
    id: 'blobmirror-service-bus',
    autoaccept: false,
    autosettle: false,
    treat_modified_as_released: false,
  });
  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (isIncomingLink(receiver)) attachSender(receiver, findQueue);
  });
  container.on('sender_open', ({ sender }: EventContext) => {
    if (isOutgoingLink(sender)) attachReceiver(sender, findQueue);
  });
  // A client that breaks the protocol loses its connection, and nobody else does.
  container.on('error', (error: unknown) =>
    logger?.warn('a Service Bus client broke off', { error: String(error) }),
  );
  container.on('protocol_error', (error: unknown) => {
    logger?.warn('a Service Bus client broke the protocol', { error: String(error) });
  });
  container.on('disconnected', () => undefined);
  return (socket) => {
    const connection = container.create_connection(connectionOptions);
    if (!isServerConnection(connection)) throw new Error('rhea cannot accept connections');
    // One listener for each receiver on the connection.
    connection.setMaxListeners(0);
    connection.accept(socket);
  };
}

function attachSender(link: IncomingLink, findQueue: FindQueue): void {
  const address = link.target.address;
  const entity = parseEntityAddress(address);
  if (entity.node === 'cbs') {
    link.set_target({ address });
    // Any token will do: there is one user, on this machine.
    serveRequests(link, address, () => ({
      properties: { 'status-code': 202, 'status-description': 'Accepted' },
    }));
    return;
  }
  const hosted = findQueue(entity.queue);
  if (hosted === undefined) {
    link.close(entityNotFound(address));
  } else if (entity.node === 'management') {
    link.set_target({ address });
    serveRequests(link, address, (request) => answerManagementRequest(hosted, entity.subQueue, request));
  } else if (entity.subQueue === 'deadLetter') {
    link.close({
      condition: CONDITION.notAllowed,
      description: 'Messages cannot be sent to a dead-letter queue.',
    });
  } else {
    link.set_target({ address });
    serveSender(link, hosted);
  }
}

function attachReceiver(link: OutgoingLink, findQueue: FindQueue): void {
  const { address, filter } = link.source;
  const entity = parseEntityAddress(address);
  const hosted = entity.node === 'cbs' ? undefined : findQueue(entity.queue);
  if (entity.node === 'cbs') {
    link.set_source({ address });
  } else if (hosted === undefined) {
    link.close(entityNotFound(address));
  } else if (filter && Object.hasOwn(filter, SESSION_FILTER)) {
    const description = `The queue '${entity.queue}' does not require sessions, so no session can be accepted on it.`;
    link.close({ condition: CONDITION.notAllowed, description });
  } else {
    link.set_source({ address });
    if (entity.node === 'entity') serveReceiver(link, hosted, entity.subQueue);
  }
}
