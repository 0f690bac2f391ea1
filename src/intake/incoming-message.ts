import { theQueueClock, theServiceClock } from '../clock/observed-clock.ts';
import { type MetadataName, shadowedMetadata } from '../events/parse-message.ts';
import { type History, ParkedMessageReceived, parseHistory } from '../model/hint-message.ts';

/** A message of a queue. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** How often it was delivered, this time included. */
  readonly deliveryCount: number;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}

/** The part of an invocation's context that describes the message. */
export interface TriggerContext {
  readonly invocationId: string;
  readonly triggerMetadata?: Readonly<Record<string, unknown>>;
}

/** If the count is not known, another worker may have received the message and died. */
const UNKNOWN_DELIVERIES = 2;

/**
 * A message as Azure Functions hands it to a Service Bus trigger. The metadata comes over gRPC and through a JSON
 * parser: times are text without a time zone (Azure/azure-functions-nodejs-library#351), an id of digits alone is a
 * number, and a 64 bit number is an object with a text form. Older extensions know the application properties as user
 * properties alone.
 *
 * Metadata that a member of the body may have overwritten is ignored: otherwise the sender would choose the id and the
 * number of tries. The next message of the chain is sent so that nothing is overwritten.
 */
export function fromTrigger(
  body: unknown,
  { invocationId, triggerMetadata = {} }: TriggerContext,
): IncomingMessage {
  const shadowed = shadowedMetadata(body);
  const told = (name: MetadataName): unknown => (shadowed.has(name) ? undefined : triggerMetadata[name]);
  const enqueuedTime = toTime(told('enqueuedTimeUtc'));
  if (enqueuedTime !== undefined) theQueueClock.observeArrival(enqueuedTime);
  return {
    body,
    messageId: toId(told('messageId')) ?? invocationId,
    enqueuedTime: enqueuedTime ?? theServiceClock.now(),
    deliveryCount: shadowed.has('deliveryCount') ? UNKNOWN_DELIVERIES : toCount(told('deliveryCount')),
    applicationProperties:
      toProperties(told('applicationProperties')) ?? toProperties(told('userProperties')) ?? {},
  };
}

/** What is known of a message that is handled. */
export interface ReceivedHistory extends History {
  /** How often it was delivered, this time included. */
  readonly deliveryCount: number;
}

/**
 * The history of a message, from its properties and its deliveries.
 *
 * @throws ParkedMessageReceived for a copy on its way to the dead-letter queue. Given back, it expires. One that is
 * received a second time was sent by another program, without the time to live, and is handled like any other.
 */
export function readHistory({
  messageId,
  enqueuedTime,
  deliveryCount,
  applicationProperties,
}: IncomingMessage): ReceivedHistory {
  const known = parseHistory(applicationProperties, messageId, enqueuedTime);
  if (known.parked && deliveryCount === 1) throw new ParkedMessageReceived();
  return {
    ...known,
    parked: false,
    // Never later than the message was enqueued, whatever a clock or a sender says: its day of tries would not end.
    firstSeen: new Date(Math.min(known.firstSeen.getTime(), enqueuedTime.getTime())),
    // Invariant 5: the worker of an earlier delivery may have died during a write. The outcome of that write is unknown,
    // and the service may execute it after this check.
    unsettled: known.unsettled || deliveryCount > 1,
    deliveryCount,
  };
}

function toId(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

function toTime(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const time = new Date(/(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function toCount(value: unknown): number {
  const count = Number(value);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

function toProperties(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
