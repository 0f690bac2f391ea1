import rhea, { type Typed } from 'rhea';
import type { QueuedMessage } from '../queue/queued-message.js';
import type { MessageLock } from '../queue/sub-queue.js';
import type { MessageState } from '../queue/transitions.js';
import { SECTION, splitSections } from './message-sections.js';
import { decodeMessage, encodeSections, mapIn } from './rhea-codec.js';

const { types } = rhea;

/** What a client is told about a message besides its content. */
export interface DeliveryDetails {
  readonly queue: string;
  readonly lock?: MessageLock | undefined;
  /** Only for a peek. */
  readonly state?: MessageState | undefined;
}

/** The largest time to live that the header can say; longer ones are left out, as for "never". */
const LONGEST_TTL_MS = 0xffff_ffff;

/** The encoded message as a client gets it: a header and annotations of our own before the sender's bare message. */
export function toTransfer(message: QueuedMessage, details: DeliveryDetails): Buffer {
  const sections = splitSections(withProperties(message));
  const sent = sections.header ? decodeMessage(sections.header) : {};
  const annotations = sections.messageAnnotations ? decodeMessage(sections.messageAnnotations) : {};
  const ours = encodeSections([
    {
      code: SECTION.header,
      value: types.wrap_list([
        sent['durable'] ?? false,
        types.wrap_ubyte(sent['priority'] ?? 4),
        message.timeToLiveMs <= LONGEST_TTL_MS ? types.wrap_uint(message.timeToLiveMs) : null,
        sent['first_acquirer'] ?? false,
        types.wrap_uint(message.deliveryCount),
      ]),
    },
    {
      code: SECTION.messageAnnotations,
      value: types.wrap_symbolic_map({
        ...mapIn(annotations, 'message_annotations'),
        ...brokerAnnotations(message, details),
      }),
    },
  ]);
  return Buffer.concat([ours, sections.bare]);
}

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

/** What a peek calls the state: 0 active (locked or not), 1 deferred, 2 scheduled. */
function peekedState(state: MessageState): number {
  if (state === 'scheduled') return 2;
  return state === 'deferred' || state === 'deferred-locked' ? 1 : 0;
}

/** The content with the application properties that were set after it was sent. */
function withProperties({ content, properties }: QueuedMessage): Buffer {
  if (Object.keys(properties).length === 0) return content;
  const message = decodeMessage(content);
  return rhea.message.encode({
    ...message,
    application_properties: { ...mapIn(message, 'application_properties'), ...properties },
  });
}
