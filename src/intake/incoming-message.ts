import { theQueueClock, theServiceClock } from '../clock/observed-clock.ts';
import { type MetadataName, shadowedMetadata } from '../events/parse-message.ts';
import { type History, ParkedMessageReceived, parseHistory } from '../model/hint-message.ts';

/** A message of a queue. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** When the queue moves it to the dead-letter queue. Undefined when that is not known. */
  readonly expiresAt?: Date | undefined;
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
    expiresAt: enqueuedTime && toTime(told('expiresAtUtc')),
    deliveryCount: shadowed.has('deliveryCount') ? UNKNOWN_DELIVERIES : toCount(told('deliveryCount')),
    applicationProperties:
      toProperties(told('applicationProperties')) ?? toProperties(told('userProperties')) ?? {},
  };
}

/** What is known of a message that is handled. */
export interface ReceivedHistory extends History {
  /** How often it was delivered, this time included. */
  readonly deliveryCount: number;
  readonly messageId: string;
}

/** A parked copy expires a millisecond after it was enqueued; times of .NET are exact to less than that. */
const PARKED_WITHIN_MS = 1000;

/** Whether a copy on its way to the dead-letter queue was received before it expired. */
export function isParkedEarly({
  applicationProperties,
  messageId,
  enqueuedTime,
  expiresAt,
}: IncomingMessage): boolean {
  return (
    expiresAt !== undefined &&
    expiresAt.getTime() - enqueuedTime.getTime() <= PARKED_WITHIN_MS &&
    parseHistory(applicationProperties, messageId, enqueuedTime).parked
  );
}

/**
 * The history of a message, from its properties and its deliveries. One that says that it is parked, and does not expire,
 * was sent by another program and is handled like any other.
 *
 * @throws ParkedMessageReceived when it may be a copy on its way to the dead-letter queue, and the host does not say when
 * it expires. Given back, it expires; one that is received a second time did not.
 */
export function readHistory({
  messageId,
  enqueuedTime,
  expiresAt,
  deliveryCount,
  applicationProperties,
}: IncomingMessage): ReceivedHistory {
  const known = parseHistory(applicationProperties, messageId, enqueuedTime);
  if (known.parked && expiresAt === undefined && deliveryCount === 1) throw new ParkedMessageReceived();
  return {
    ...known,
    parked: false,
    // Never later than the message was enqueued, whatever a clock or a sender says: its day of tries would not end.
    firstSeen: new Date(Math.min(known.firstSeen.getTime(), enqueuedTime.getTime())),
    // Invariant 5: the worker of an earlier delivery may have died during a write. The outcome of that write is unknown,
    // and the service may execute it after this check.
    unsettled: known.unsettled || deliveryCount > 1,
    deliveryCount,
    messageId,
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
