import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from '../functions-core.ts';

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
 *
 * As in Azure, the members of a body that is a JSON object overwrite what has the same name, in any case:
 * github.com/Azure/azure-functions-host/issues/7119, `Utility.ApplyBindingData`. There the others come as well; nothing of
 * ours reads them, and the library would parse each.
 */
export function toTriggerMetadata(
  message: ServiceBusReceivedMessage,
  input: TypedData,
): Record<string, TypedData> {
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
  const metadata = new Map(present.map(([name, value]) => [name.toLowerCase(), { name, value }]));
  for (const [name, value] of membersOf(input, metadata)) {
    const known = metadata.get(name);
    if (known !== undefined) metadata.set(name, { name: known.name, value });
  }
  const entries = [...metadata.values()].map(({ name, value }): [string, TypedData] => [
    name,
    toTypedData(value),
  ]);
  return Object.fromEntries(entries);
}

/** Those with one of the names, in small letters: objects as they are and everything else as text, but no arrays. */
function membersOf(
  input: TypedData,
  names: { has(name: string): boolean },
): readonly (readonly [string, unknown])[] {
  if (!('string' in input) || !input.string.trimStart().startsWith('{')) return [];
  try {
    const body = JSON.parse(input.string) as Readonly<Record<string, unknown>>;
    // What cannot be written as JSON again is nested deeper than the parser of Functions reads.
    JSON.stringify(body);
    return Object.entries(body)
      .filter(([name, value]) => names.has(name.toLowerCase()) && value !== null && !Array.isArray(value))
      .map(([name, value]) => [
        name.toLowerCase(),
        typeof value === 'object' ? value : `${value as string | number | boolean}`,
      ]);
  } catch {
    return [];
  }
}

function toTypedData(value: unknown): TypedData {
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}
