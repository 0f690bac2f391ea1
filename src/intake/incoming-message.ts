import { theQueueClock, theServiceClock } from '../clock/process-clocks.ts';
import { type MetadataName, shadowedMetadata } from '../events/parse-message.ts';
import { type History, ParkedMessageReceived, parseHistory } from '../model/hint-message.ts';

/** A message as a Service Bus trigger hands it over. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}

/** The part of an invocation's context that tells of the message. */
export interface TriggerContext {
  readonly invocationId: string;
  readonly triggerMetadata?: Readonly<Record<string, unknown>>;
}

/** A message whose count of deliveries is not known may have been with a worker that died. */
const UNKNOWN_DELIVERIES = 2;

/**
 * A message as Azure Functions hands it to a Service Bus trigger. The metadata comes over gRPC and through a JSON
 * parser: times are text without a time zone (Azure/azure-functions-nodejs-library#351), an id of digits alone is a
 * number, and a 64 bit number is an object with a text form. Older extensions know the application properties as user
 * properties alone.
 *
 * What a member of the body may have overwritten is not believed: its sender would choose how often an event is tried,
 * and under which id. Its next message is sent so that nothing is overwritten.
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

/** What is known of a message that is being handled. */
export interface ReceivedHistory extends History {
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
}

/**
 * What is known of a message that is to be handled.
 *
 * @throws ParkedCameBy for a copy on its way to the dead-letter queue. Given back it expires, so one that is received a
 * second time was sent without the time to live of such a copy, by somebody else, and is handled like any other.
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
    // No message was seen before it came into the queue, whatever a clock or a sender says: its day would not end.
    firstSeen: new Date(Math.min(known.firstSeen.getTime(), enqueuedTime.getTime())),
    // Invariant 5: a message that comes again was with a worker that may have died in the middle of a write. Nobody
    // knows the outcome of that one either, and the service may carry it out after this look.
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
