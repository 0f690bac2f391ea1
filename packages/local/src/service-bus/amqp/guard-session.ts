import type { AmqpError } from 'rhea';
import type { LocalLogger } from '../../logger.ts';
import { CONDITION } from './conditions.ts';
import { encodeOutcome } from './rhea-members.ts';
import {
  type AttachFields,
  type DescribedValue,
  type Frame,
  INCOMPLETE,
  type ServerConnection,
  type ServerLink,
  type ServerSession,
  type TransferFields,
} from './rhea-server.ts';

type Problems = ReadonlyMap<string, string>;
type FlowFrame = Parameters<ServerConnection['on_flow']>[0];
type DispositionFrame = Parameters<ServerConnection['on_disposition']>[0];
type DetachFrame = Parameters<ServerConnection['on_detach']>[0];

const LONGEST_DELIVERY_TAG = 32;

/** The maximum message size of links to the broker's own nodes. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** The outcomes that rhea knows, received to modified (AMQP 1.0, part 3, 3.4). */
const OUTCOMES = new Set<unknown>([
  0x23,
  0x24,
  0x25,
  0x26,
  0x27,
  ...['received', 'accepted', 'rejected', 'released', 'modified'].map((name) => `amqp:${name}:list`),
]);

const COORDINATOR = new Set<unknown>([0x30, 'amqp:coordinator:list']);

const refusals = new WeakMap<object, AmqpError>();

/** Why an attach is invalid, judged by its frame alone. */
export function refusalOf(link: object): AmqpError | undefined {
  return refusals.get(link);
}

const tooLarge = new WeakMap<object, { readonly bytes: number; readonly most: number }>();

/** Why a delivery that was not kept is refused; undefined when it is complete. */
export function sizeRefusalOf(delivery: object): AmqpError | undefined {
  const found = tooLarge.get(delivery);
  if (found === undefined) return undefined;
  const description = `The received message (size ${found.bytes}) exceeds the limit (${found.most}) on the link.`;
  return { condition: CONDITION.messageTooLarge, description };
}

/** Validates a client's frames in one session before rhea gets them. */
export class SessionGuard {
  readonly #session: ServerSession;
  readonly #log: LocalLogger | undefined;
  /** The bytes of a link's incomplete delivery. */
  readonly #begunBytes = new WeakMap<ServerLink, number>();
  #attached = 0;

  constructor(session: ServerSession, log: LocalLogger | undefined) {
    this.#session = session;
    this.#log = log;
    // The journal may settle after the session has ended; a client accepts nothing after that.
    const output = session.output.bind(session);
    let ended = false;
    session.output = (frame, payload) => {
      if (!ended) output(frame, payload);
      ended ||= frame === session.local.end;
    };
  }

  end(condition: string, description: string): void {
    this.#log?.warn('a Service Bus session was ended', { condition, description });
    this.#session.end({ condition, description });
  }

  attach(frame: Frame<AttachFields>, problems: Problems): void {
    const { name, handle, role: isReceiver } = frame.performative;
    const session = this.#session;
    const unanswerable = ['name', 'handle', 'role'].find((field) => problems.has(field));
    if (unanswerable !== undefined) return this.end(CONDITION.invalidField, problems.get(unanswerable) ?? '');
    if (session.remote.handles[handle]?.state.remote_open === true) {
      return this.end(CONDITION.handleInUse, `handle ${handle} has a link already`);
    }
    const refusal = this.#attachRefusal(frame.performative, problems);
    // rhea finds a link by its name alone, although a sender and a receiver may share a name; and a detached
    // link stays there for another tick. So each attach gets a key of its own, and the answer carries the
    // name.
    const key = `${++this.#attached}`;
    const link = isReceiver ? session.create_sender(key) : session.create_receiver(key);
    link.local.attach.name = name;
    session.remote.handles[handle] = link;
    if (refusal !== undefined) {
      refusals.set(link, refusal);
      frame.performative.source = null;
      frame.performative.target = null;
    }
    link.on_attach(frame);
    if (!isReceiver) link.delivery_count = frame.performative.initial_delivery_count ?? 0;
  }

  #attachRefusal({ name, role, target }: AttachFields, problems: Problems): AmqpError | undefined {
    if (COORDINATOR.has(target?.descriptor?.value)) {
      return {
        condition: CONDITION.notImplemented,
        description:
          'Transactions are not built into this stand-in for Service Bus, so there is no coordinator.',
      };
    }
    const [problem] = problems.values();
    if (problem !== undefined) return { condition: CONDITION.invalidField, description: problem };
    const isTaken = Object.values(this.#session.remote.handles).some(
      (link) =>
        link?.state.remote_open === true && link.local.attach.name === name && link.is_receiver() !== role,
    );
    return isTaken
      ? {
          condition: CONDITION.resourceLocked,
          description: `The link name '${name}' is in use in this session.`,
        }
      : undefined;
  }

  flow(frame: FlowFrame, problems: Problems): void {
    const [problem] = problems.values();
    if (problem !== undefined) return this.end(CONDITION.invalidField, problem);
    const fields = frame.performative;
    // Omitted until the client has seen a begin: then it is our first id.
    fields.next_incoming_id ??= 0;
    if (typeof fields.handle === 'number') {
      const link = this.#linkAt(fields.handle);
      if (link === undefined) return;
      if (!link.state.local_open || typeof fields.link_credit !== 'number') {
        fields.handle = null;
      } else if (link.is_receiver()) {
        // The broker drains no link; rhea would accept credit that it did not give.
        fields.drain = false;
      } else {
        fields.delivery_count ??= 0;
      }
    }
    this.#session.on_flow(frame);
  }

  transfer(frame: Frame<TransferFields>, problems: Problems): void {
    if (problems.has('handle')) return this.end(CONDITION.invalidField, problems.get('handle') ?? '');
    const link = this.#linkAt(frame.performative.handle);
    if (link === undefined) return;
    const { incoming } = this.#session;
    const { delivery_id: id, aborted } = frame.performative;
    if (!link.state.local_open) return this.#drop(link, frame);
    const [problem] = problems.values();
    const refusal =
      problem === undefined
        ? transferRefusal(link, frame.performative)
        : { condition: CONDITION.invalidField, description: problem };
    if (refusal !== undefined) {
      link.close(refusal);
      return this.#drop(link, frame);
    }
    if (link[INCOMPLETE] === undefined) {
      if (incoming.next_delivery_id !== undefined && id !== incoming.next_delivery_id) {
        const description = `delivery-id ${id} does not follow: expected ${incoming.next_delivery_id}`;
        return this.end(CONDITION.invalidField, description);
      }
      if (incoming.deliveries.available() === 0) {
        return this.end(CONDITION.windowViolation, 'a transfer came although the incoming window is closed');
      }
    }
    if (aborted === true) {
      link.credit--;
      link.delivery_count++;
      return this.#drop(link, frame);
    }
    // rhea decodes format 0 itself, and closes the connection for bytes that are not a message. Null is not
    // 0.
    if (frame.performative.message_format === 0) frame.performative.message_format = null;
    frame.payload ??= Buffer.alloc(0);
    this.#boundSize(link, frame);
    this.#session.on_transfer(frame);
  }

  /** Discards every byte of a message that is too large, and marks its delivery. */
  #boundSize(link: ServerLink, frame: Frame<TransferFields>): void {
    const begun = link[INCOMPLETE];
    const bytes =
      (begun === undefined ? 0 : (this.#begunBytes.get(link) ?? 0)) + (frame.payload?.length ?? 0);
    this.#begunBytes.set(link, bytes);
    const most = link.local.attach.max_message_size ?? MAX_REQUEST_BYTES;
    if (begun === undefined || bytes <= most) return;
    frame.payload = Buffer.alloc(0);
    begun.frames.length = 0;
    tooLarge.set(begun, { bytes, most });
  }

  /**
   * Counts a transfer without reading it, so that the next one is in sequence. Frees the earlier parts of its
   * delivery.
   */
  #drop(link: ServerLink, { performative: { delivery_id: id } }: Frame<TransferFields>): void {
    const { incoming } = this.#session;
    incoming.next_transfer_id++;
    const next = incoming.next_delivery_id;
    if (typeof id === 'number' && (next === undefined || id >= next)) incoming.next_delivery_id = id + 1;
    if (link[INCOMPLETE] !== undefined) link[INCOMPLETE].settled = true;
    link[INCOMPLETE] = undefined;
  }

  disposition(frame: DispositionFrame, problems: Problems): void {
    const [problem] = problems.values();
    if (problem !== undefined) return this.end(CONDITION.invalidField, problem);
    const { outgoing, incoming } = this.#session;
    const { role: isReceiver, first, state } = frame.performative;
    // rhea reads every id of the range, whatever its length. Deliveries that were not sent cannot be settled.
    const next = isReceiver ? outgoing.next_pending_delivery : (incoming.next_delivery_id ?? 0);
    const last = Math.min(frame.performative.last ?? first, next - 1);
    if (last < first) return;
    frame.performative.last = last;
    if (state?.descriptor === undefined) {
      frame.performative.value[4] = undefined;
    } else if (!OUTCOMES.has(state.descriptor.value)) {
      if (isReceiver) this.#refuseOutcome(first, last, state);
      return;
    }
    this.#session.on_disposition(frame);
  }

  #refuseOutcome(first: number, last: number, state: DescribedValue): void {
    const description = `The outcome ${String(state.descriptor?.value)} is not known here: the message is not settled.`;
    for (let id = first; id <= last; id++) {
      const delivery = this.#session.outgoing.deliveries.by_id(id);
      if (delivery === undefined || delivery.settled) continue;
      delivery.update(true, encodeOutcome({ condition: CONDITION.notImplemented, description }));
      delivery.remote_settled = true;
    }
  }

  detach(frame: DetachFrame, problems: Problems): void {
    if (problems.has('handle')) return this.end(CONDITION.invalidField, problems.get('handle') ?? '');
    const { handle } = frame.performative;
    // Service Bus ignores the detach of an unknown handle.
    if (this.#session.remote.handles[handle]?.state.remote_open !== true) return;
    this.#session.on_detach(frame);
    // rhea does not do this itself.
    delete this.#session.remote.handles[handle];
  }

  /** The link of a handle; ends the session when there is none. */
  #linkAt(handle: number): ServerLink | undefined {
    const link = this.#session.remote.handles[handle];
    if (link?.state.remote_open === true) return link;
    this.end(CONDITION.unattachedHandle, `handle ${handle} has no link`);
    return undefined;
  }
}

/** Why a link refuses a transfer. */
function transferRefusal(
  link: ServerLink,
  { delivery_id: id, delivery_tag: tag }: TransferFields,
): AmqpError | undefined {
  if (!link.is_receiver()) {
    return {
      condition: CONDITION.notAllowed,
      description: 'The client is the receiver of this link and cannot send on it.',
    };
  }
  const begun = link[INCOMPLETE];
  if (begun !== undefined) {
    if (typeof id === 'number' && id !== begun.id) {
      const description = `delivery ${begun.id} is not complete, and ${id} came`;
      return { condition: CONDITION.invalidField, description };
    }
  } else if (typeof id !== 'number' || !Buffer.isBuffer(tag)) {
    const description = 'the first transfer of a delivery has no delivery-id or no delivery-tag';
    return { condition: CONDITION.invalidField, description };
  } else if (tag.length > LONGEST_DELIVERY_TAG) {
    const description = `a delivery-tag of ${tag.length} bytes is longer than ${LONGEST_DELIVERY_TAG}`;
    return { condition: CONDITION.invalidField, description };
  } else if (link.credit <= 0) {
    return {
      condition: CONDITION.transferLimitExceeded,
      description: 'a transfer came although the link has no credit',
    };
  }
  return undefined;
}
