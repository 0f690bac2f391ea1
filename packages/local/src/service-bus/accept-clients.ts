import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import rhea from 'rhea';
import type { AmqpError, EventContext, TerminusOptions } from 'rhea';
import { CONDITION, entityNotFound } from './amqp/conditions.ts';
import { guardConnection } from './amqp/guard-connection.ts';
import { refusalOf } from './amqp/guard-session.ts';
import { serveReplies, serveRequests } from './amqp/request-node.ts';
import { type IncomingLink, type OutgoingLink, isIncomingLink, isOutgoingLink } from './amqp/rhea-members.ts';
import { serveReceiver, serveSender } from './amqp/serve-links.ts';
import type { HostedQueue } from './hosted-queue/hosted-queue.ts';
import { answerManagementRequest } from './management/answer-management-request.ts';
import type { SubQueueName } from './queue/queue-state.ts';
import type { LocalLogger } from '../logger.ts';

/** Finds a queue by its name in lower case. */
export type FindQueue = (name: string) => HostedQueue | undefined;

/** The contents of Service Bus's open frame. */
const LIMITS = { maxFrameBytes: 65_536, maxChannel: 4_999 } as const;

/** A receiver that asks for a session sends this filter. Our queues have no sessions. */
const SESSION_FILTER = 'com.microsoft:session-filter';

/**
 * Returns a function that serves AMQP 1.0 on a socket, as Service Bus does. `$cbs` accepts any token: there
 * is one user, on this machine. A key in SASL PLAIN must be right.
 */
export function acceptClients(
  findQueue: FindQueue,
  accessKey: AccessKey,
  log: LocalLogger | undefined,
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
    log?.warn('a Service Bus client broke off', { error: String(error) }),
  );
  container.on('protocol_error', (error: unknown) => {
    log?.warn('a Service Bus client broke the protocol', { error: String(error) });
  });
  container.on('disconnected', () => undefined);
  return (socket) => {
    const { maxFrameBytes, maxChannel } = LIMITS;
    // rhea's typings require a port, which an accepted connection does not use.
    const connection = container.create_connection({
      port: 0,
      max_frame_size: maxFrameBytes,
      channel_max: maxChannel,
    });
    // One listener for each receiver on the connection.
    connection.setMaxListeners(0);
    // rhea reports the end of a connection that was not closed; its receivers must leave their queues in any
    // case.
    socket.once('close', () => connection.emit('disconnected', { connection }));
    guardConnection(connection, socket, LIMITS, log).accept(socket);
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

/** Why no node can exist at that end of a link, whatever its address. */
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

/**
 * The answer names both ends: clients treat an attach without one as a refusal and wait for the detach
 * (Azure/azure-uamqp-c).
 */
function answerAttach(link: IncomingLink | OutgoingLink): void {
  const ends: { readonly source?: TerminusOptions | null; readonly target?: TerminusOptions | null } = link;
  link.set_source(addressOf(ends.source));
  link.set_target(addressOf(ends.target));
}

function addressOf(terminus: TerminusOptions | null | undefined): { address: string } {
  const address: unknown = terminus?.address;
  // rhea omits an undefined member, whatever its typings say.
  return { address: (typeof address === 'string' ? address : undefined) as string };
}

/** The node that a link attaches to. */
type EntityAddress =
  | { readonly node: 'cbs' }
  | { readonly node: 'entity' | 'management'; readonly queue: string; readonly subQueue: SubQueueName };

const MANAGEMENT = '/$management';
const DEAD_LETTER = '/$deadletterqueue';

/**
 * Parses `queue`, `queue/$DeadLetterQueue` and either followed by `/$management`, also after `amqps://host/`.
 * Ignores case, as Azure does. Undefined for a scheme that Azure does not accept.
 */
function parseEntityAddress(address: string): EntityAddress | undefined {
  const url = /^([a-z][a-z0-9+.-]*):\/\/[^/]*(.*)$/is.exec(address);
  if (url !== null && !['amqp', 'amqps'].includes(url[1]?.toLowerCase() ?? '')) return undefined;
  let path = (url?.[2] ?? address).toLowerCase().replace(/^\/+/, '');
  if (path === '$cbs') return { node: 'cbs' };
  const node = path.endsWith(MANAGEMENT) ? 'management' : 'entity';
  if (node === 'management') path = path.slice(0, -MANAGEMENT.length);
  const subQueue = path.endsWith(DEAD_LETTER) ? 'deadLetter' : 'main';
  if (subQueue === 'deadLetter') path = path.slice(0, -DEAD_LETTER.length);
  return { node, queue: path, subQueue };
}

/** The namespace's only rule: a name and its key, with every right. */
export interface AccessKey {
  readonly name: string;
  readonly key: string;
}

/**
 * A mechanism in the form of rhea's server: `outcome` is set, to success or failure, when `start` has
 * returned.
 */
interface Mechanism {
  readonly outcome: boolean;
  readonly username: string | undefined;
  start(response: unknown): void;
}

/**
 * The mechanisms that Service Bus offers, in its order. PLAIN carries name and key of a rule and is checked;
 * its links need no token. The others authenticate at `$cbs`. Source: "AMQP 1.0 in Azure Service Bus and
 * Event Hubs protocol guide", and what Service Bus answers (minghuaw/fe2o3-amqp#257).
 */
function saslMechanisms(accessKey: AccessKey): Readonly<Record<string, () => Mechanism>> {
  const open = () => ({ outcome: true, username: undefined, start: () => undefined });
  const mechanisms = {
    MSSBCBS: open,
    PLAIN: () => new Plain(accessKey),
    ANONYMOUS: open,
    EXTERNAL: open,
  };
  // rhea looks names up as members: without a prototype there are no inherited ones.
  return Object.assign(Object.create(null) as typeof mechanisms, mechanisms);
}

class Plain implements Mechanism {
  readonly #accessKey: AccessKey;
  outcome = false;
  username: string | undefined;

  constructor(accessKey: AccessKey) {
    this.#accessKey = accessKey;
  }

  /** The response is [authorization identity] NUL name NUL key (RFC 4616). */
  start(response: unknown): void {
    const [, name, key, ...more] = Buffer.isBuffer(response) ? response.toString('utf8').split('\0') : [];
    const isRight =
      name === this.#accessKey.name &&
      key !== undefined &&
      more.length === 0 &&
      isEqual(key, this.#accessKey.key);
    this.outcome = isRight;
    this.username = isRight ? name : undefined;
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
