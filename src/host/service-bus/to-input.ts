import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { toAzureFields } from '../as-azure.ts';
import type { TypedData } from '../functions-core.ts';

/**
 * The body as Azure Functions passes it: text, which the library parses when it is JSON, or bytes with `dataType: 'binary'`.
 * The receiver must set `skipParsingBodyAsJson`, so that bytes arrive as bytes.
 */
export function toInput({ body }: { readonly body: unknown }, binary: boolean): TypedData {
  if (Buffer.isBuffer(body)) return binary ? { bytes: body } : { string: body.toString('utf8') };
  if (typeof body === 'string') return binary ? { bytes: Buffer.from(body) } : { string: body };
  return { json: JSON.stringify(body ?? null) };
}

/**
 * `context.triggerMetadata`: names of Service Bus extension 5; the library lowers their first letter. The library parses
 * text as JSON, so a messageId of digits arrives as a number, as in Azure.
 *
 * As in Azure, members of a body that is a JSON object overwrite metadata of the same name, ignoring case:
 * github.com/Azure/azure-functions-host/issues/7119, `Utility.ApplyBindingData`. Azure adds the other members too. They are
 * left out unless `asAzure`: our functions do not read them, and the library would parse each.
 */
export function toTriggerMetadata(
  message: ServiceBusReceivedMessage,
  input: TypedData,
  asAzure = false,
): Record<string, TypedData> {
  const own: Record<string, unknown> = {
    MessageId: message.messageId,
    // AMQP counts from 0, .NET from 1.
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
  const fields = asAzure ? toAzureFields(own, objectOf(input) ?? {}) : own;
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

/** Members of the body with one of the names, in lower case: objects as they are, other values as text, no arrays. */
function membersOf(
  input: TypedData,
  names: { has(name: string): boolean },
): readonly (readonly [string, unknown])[] {
  return Object.entries(objectOf(input) ?? {})
    .filter(([name, value]) => names.has(name.toLowerCase()) && value !== null && !Array.isArray(value))
    .map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'object' ? value : `${value as string | number | boolean}`,
    ]);
}

/** The body when it is a JSON object. */
function objectOf(input: TypedData): Readonly<Record<string, unknown>> | undefined {
  if (!('string' in input) || !input.string.trimStart().startsWith('{')) return undefined;
  try {
    const body = JSON.parse(input.string) as Readonly<Record<string, unknown>>;
    // Throws when it is nested deeper than the parser of Functions reads.
    JSON.stringify(body);
    return body;
  } catch {
    return undefined;
  }
}

function toTypedData(value: unknown): TypedData {
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}
