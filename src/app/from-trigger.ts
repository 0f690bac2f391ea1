import { theServiceClock } from '../clock/the-service-clock.js';
import type { IncomingMessage } from '../intake/handle-message.js';

/** The part of an invocation's context that tells of the message. */
interface TriggerContext {
  readonly invocationId: string;
  readonly triggerMetadata?: Readonly<Record<string, unknown>>;
}

/**
 * A message as Azure Functions hands it to a Service Bus trigger. The metadata comes over gRPC and through a JSON
 * parser: times are text, an id of digits alone is a number, and a 64 bit number is an object with a text form. Older
 * extensions know the application properties as user properties alone.
 */
export function fromTrigger(
  body: unknown,
  { invocationId, triggerMetadata = {} }: TriggerContext,
): IncomingMessage {
  const { messageId, enqueuedTimeUtc, deliveryCount, applicationProperties, userProperties } =
    triggerMetadata;
  return {
    body,
    messageId: toId(messageId) ?? invocationId,
    enqueuedTime: toTime(enqueuedTimeUtc) ?? theServiceClock.now(),
    deliveryCount: Number(deliveryCount) || 1,
    applicationProperties: (applicationProperties ?? userProperties ?? {}) as Record<string, unknown>,
  };
}

function toId(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

function toTime(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
