import rhea, { type Typed } from 'rhea';
import type { PropertyValue, QueuedMessage } from '../queue/queued-message.ts';
import type { MessageLock } from '../queue/sub-queue.ts';
import type { MessageState } from '../queue/transitions.ts';
import {
  dataSection,
  listSection,
  mapSection,
  type MessageSections,
  SECTION,
  splitSections,
} from './message-sections.ts';
import { encodeValue } from './rhea-members.ts';

const { types } = rhea;

/** Delivery data besides a message's content. */
export interface DeliveryDetails {
  readonly queue: string;
  readonly lock?: MessageLock | undefined;
  /** Only for a peek. */
  readonly state?: MessageState | undefined;
}

/** The header's largest time to live; longer ones are omitted, which means "never". */
const LONGEST_TTL_MS = 0xffff_ffff;

const FALSE = Buffer.from([0x42]);
const NORMAL_PRIORITY = Buffer.from([0x50, 4]);
const NULL = Buffer.from([0x40]);

/** The encoded message for a client: our header and annotations before the sender's bare message. */
export function toTransfer(message: QueuedMessage, details: DeliveryDetails): Buffer {
  const sections = sectionsOf(message.content);
  const [durable = FALSE, priority = NORMAL_PRIORITY, , firstAcquirer = FALSE] = sections.header;
  const annotations = new Map(sections.messageAnnotations);
  for (const name of BROKER_ANNOTATIONS) annotations.delete(name);
  for (const [name, value] of Object.entries(brokerAnnotations(message, details))) {
    annotations.set(name, Buffer.concat([encodeValue(types.wrap_symbol(name)), encodeValue(value)]));
  }
  return Buffer.concat([
    listSection(SECTION.header, [
      durable,
      priority,
      message.timeToLiveMs <= LONGEST_TTL_MS ? encodeValue(types.wrap_uint(message.timeToLiveMs)) : NULL,
      firstAcquirer,
      encodeValue(types.wrap_uint(message.deliveryCount)),
    ]),
    mapSection(SECTION.messageAnnotations, annotations.values()),
    ...bareMessage(sections, message),
  ]);
}

/**
 * The sections of a stored message. One from an earlier version that no client could read is delivered as
 * bytes: a message that cannot be delivered would stop its queue.
 */
function sectionsOf(content: Buffer): MessageSections {
  try {
    return splitSections(content);
  } catch (error) {
    if (error instanceof RangeError) return splitSections(dataSection(content));
    throw error;
  }
}

/** Annotations that only the broker may set; the sender's are dropped. */
const BROKER_ANNOTATIONS = [
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-deadletter-source',
  'x-opt-message-state',
];

function brokerAnnotations(
  message: QueuedMessage,
  { queue, lock, state }: DeliveryDetails,
): Record<string, Typed> {
  const annotations: Record<string, Typed> = {
    'x-opt-sequence-number': types.wrap_long(message.sequenceNumber),
    'x-opt-enqueue-sequence-number': types.wrap_long(0),
    'x-opt-enqueued-time': types.wrap_timestamp(message.enqueuedAt),
  };
  if (lock) annotations['x-opt-locked-until'] = types.wrap_timestamp(lock.until);
  if (message.deadLettered) annotations['x-opt-deadletter-source'] = types.wrap_string(queue);
  if (state) annotations['x-opt-message-state'] = types.wrap_int(peekedState(state));
  return annotations;
}

/** The state in a peek: 0 active (locked or not), 1 deferred, 2 scheduled. */
function peekedState(state: MessageState): number {
  if (state === 'scheduled') return 2;
  return state === 'deferred' || state === 'deferred-locked' ? 1 : 0;
}

/** The bare message with the application properties that were set after it was sent. */
function bareMessage(sections: MessageSections, { properties }: QueuedMessage): Buffer[] {
  const added = Object.entries(properties);
  if (added.length === 0) return [sections.bare];
  const merged = new Map(sections.applicationProperties);
  for (const [name, value] of added) {
    merged.set(name, Buffer.concat([encodeValue(types.wrap_string(name)), encodeProperty(value)]));
  }
  return [
    listSection(SECTION.properties, sections.properties),
    mapSection(SECTION.applicationProperties, merged.values()),
    sections.body,
  ];
}

/** rhea encodes every number without a fraction as a 64-bit integer, and throws when it is out of range. */
function encodeProperty(value: PropertyValue): Buffer {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return encodeValue(types.wrap_double(value));
  if (value instanceof Date && Number.isNaN(value.getTime())) return NULL;
  return encodeValue(types.wrap(value));
}
