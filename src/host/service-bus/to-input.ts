import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from '../functions-core.js';

/**
 * The body as Azure Functions hands it over: text, which the library parses as JSON when it can, or bytes when the
 * trigger says `dataType: 'binary'`. The receiver must have `skipParsingBodyAsJson`, so that bytes are still bytes.
 */
export function toInput({ body }: { readonly body: unknown }, binary: boolean): TypedData {
  if (Buffer.isBuffer(body)) return binary ? { bytes: body } : { string: body.toString('utf8') };
  if (typeof body === 'string') return binary ? { bytes: Buffer.from(body) } : { string: body };
  return { json: JSON.stringify(body ?? null) };
}

/**
 * `context.triggerMetadata`: the names of the Service Bus extension 5, whose first letter the library makes small.
 * Text goes through the library's JSON parser, so a messageId of digits arrives as a number, in Azure too.
 */
export function toTriggerMetadata(message: ServiceBusReceivedMessage): Record<string, TypedData> {
  const fields: Record<string, unknown> = {
    MessageId: message.messageId,
    // The wire counts from 0, .NET and so the handler from 1.
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    LockToken: message.lockToken,
    SequenceNumber: message.sequenceNumber?.toNumber(),
    EnqueuedSequenceNumber: message.enqueuedSequenceNumber,
    EnqueuedTimeUtc: message.enqueuedTimeUtc,
    ExpiresAtUtc: message.expiresAtUtc,
    ContentType: message.contentType,
    CorrelationId: message.correlationId,
    Subject: message.subject,
    Label: message.subject,
    To: message.to,
    ReplyTo: message.replyTo,
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
    DeadLetterSource: message.deadLetterSource,
    ApplicationProperties: message.applicationProperties ?? {},
    UserProperties: message.applicationProperties ?? {},
  };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, toTypedData(value)]));
}

function toTypedData(value: unknown): TypedData {
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}
