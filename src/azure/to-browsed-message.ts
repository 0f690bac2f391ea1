import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { BrowsedMessage } from '../ports/queue-browser.ts';

/** A message of Service Bus as those see it who only look. */
export function toBrowsedMessage(message: ServiceBusReceivedMessage): BrowsedMessage {
  const { messageId = '', enqueuedTimeUtc, scheduledEnqueueTimeUtc: scheduled } = message;
  const enqueuedAt = enqueuedTimeUtc ?? new Date(0);
  return {
    sequenceNumber: String(message.sequenceNumber ?? 0),
    messageId: textOf(messageId),
    state: message.state,
    enqueuedAt,
    ...(message.state === 'scheduled' && { scheduledFor: new Date(scheduled ?? enqueuedAt) }),
    deliveryCount: message.deliveryCount ?? 0,
    body: message.body as unknown,
    applicationProperties: message.applicationProperties ?? {},
    ...(message.deadLetterReason !== undefined && { deadLetterReason: textOf(message.deadLetterReason) }),
    ...(message.deadLetterErrorDescription !== undefined && {
      deadLetterDescription: textOf(message.deadLetterErrorDescription),
    }),
  };
}

/** AMQP lets an id be a number, a UUID or bytes, and a property anything. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** JSON where bytes are JSON, and what they were otherwise: as the client does unless it is told not to. */
export function parseBytes(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return body;
  }
}
