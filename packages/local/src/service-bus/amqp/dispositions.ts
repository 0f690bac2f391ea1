import type { AmqpError, Delivery } from 'rhea';
import { CONDITION, lockLostDescription, writeFailed } from './conditions.ts';
import { type OutgoingDelivery, encodeOutcome } from './rhea-members.ts';
import type { HostedQueue } from '../hosted-queue/hosted-queue.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import type { Disposition, Properties, PropertyValue, SettleResult } from '../queue/queued-message.ts';

/** Settles a delivery in the queue and, once the journal has it, sends the client the result. */
export function replyToDisposition(
  hosted: HostedQueue,
  subQueue: SubQueueName,
  delivery: Delivery,
  disposition: Disposition,
): void {
  const obstacle = hosted.writeError();
  if (obstacle !== undefined) return reply(delivery, writeFailed(obstacle));
  const tag = delivery.tag;
  const result = Buffer.isBuffer(tag)
    ? hosted.queue.settle(subQueue, fromDeliveryTag(tag), disposition)
    : 'lock-lost';
  hosted.flushed().then(
    () => reply(delivery, failureOf(result)),
    (error: unknown) => reply(delivery, writeFailed(error)),
  );
}

function reply(delivery: OutgoingDelivery, failure: AmqpError | undefined): void {
  delivery.update(true, encodeOutcome(failure));
  // The client treats this as final and sends no disposition of its own; rhea would keep the delivery.
  delivery.remote_settled = true;
}

const failures: Readonly<Record<SettleResult, AmqpError | undefined>> = {
  settled: undefined,
  'lock-lost': { condition: CONDITION.lockLost, description: lockLostDescription },
  refused: {
    condition: CONDITION.notAllowed,
    description: 'A message in the dead-letter queue cannot be dead-lettered.',
  },
};

/** The error for a client whose message was not settled. */
export function failureOf(result: SettleResult): AmqpError | undefined {
  return failures[result];
}

/** The AMQP outcome of a delivery, with the members that Service Bus uses. */
interface RemoteState {
  readonly undeliverable_here?: unknown;
  readonly message_annotations?: unknown;
  readonly error?: { readonly info?: unknown } | null;
}

/**
 * The settlement for an outcome: accepted completes, rejected dead-letters, released returns the message
 * uncounted, modified abandons or (with undeliverable_here) defers. Source: "AMQP 1.0 in Azure Service Bus
 * protocol guide", the client's own code, and for released Azure/amqpnetlite#342.
 */
export function readDisposition(
  outcome: 'accepted' | 'released' | 'rejected' | 'modified',
  state: RemoteState | undefined,
): Disposition {
  if (outcome === 'accepted') return { kind: 'complete' };
  if (outcome === 'released') return { kind: 'release' };
  if (outcome === 'rejected') return { kind: 'dead-letter', properties: toProperties(state?.error?.info) };
  const kind = state?.undeliverable_here === true ? 'defer' : 'abandon';
  return { kind, properties: toProperties(state?.message_annotations) };
}

/** A map from the wire as application properties, without values that these cannot hold. */
export function toProperties(map: unknown): Properties {
  if (typeof map !== 'object' || map === null) return {};
  const values = Object.entries<unknown>({ ...map });
  return Object.fromEntries(
    values.filter((entry): entry is [string, PropertyValue] => isPropertyValue(entry[1])),
  );
}

function isPropertyValue(value: unknown): value is PropertyValue {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value instanceof Date ||
    Buffer.isBuffer(value)
  );
}

/**
 * The delivery tag of a locked message: its lock token as the 16 bytes of a .NET Guid, whose first three
 * fields are little-endian. `$management` has the same token as an AMQP uuid, in written order.
 */
export function toDeliveryTag(token: string): Buffer {
  return swapGuidFields(toUuidBytes(token));
}

export function fromDeliveryTag(tag: Buffer): string {
  return fromUuidBytes(swapGuidFields(tag));
}

export function toUuidBytes(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

export function fromUuidBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Its own inverse: swaps the byte order of the first three fields. */
function swapGuidFields(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}
