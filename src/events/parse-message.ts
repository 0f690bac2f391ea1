import { type Envelope, URL_FIELDS, accountOfUrl, idOf, isObject, readEnvelope, textOf } from './envelope.ts';
import { readEventKeys } from './event-keys.ts';
import { readBody, withoutShadow } from './message-body.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { writeJson } from '../model/write-json.ts';

/**
 * Event Grid and CloudEvents shapes to keys: the only room that knows what an event looks like.
 *
 * A message comes from outside and may hold anything. So nothing here throws for any input, one bad event never
 * costs its neighbours, and whatever is read is a hint (invariant 1): when an event can be read in two ways, both
 * keys are given, because a wrong guess costs a request and never a wrong result. This room must never call a
 * service, and must never carry the query of a url, which may hold a SAS, into a key or an error.
 */

export interface ParsedMessage {
  readonly hints: readonly Hint[];
  readonly rejected: readonly Rejected[];
}

/** A part of a message that gives no key, and why. */
export interface Rejected {
  /** `message-out-of-bounds`, `message-not-event`, `event-type-unknown` or `event-key-invalid`. */
  readonly error: BlobmirrorError;
  /** That part of the body, as it came; of what is out of bounds, something that any queue client can write. */
  readonly event: unknown;
  readonly eventId?: string;
}

/**
 * Reads the body of a message as Azure Functions hands it to a Service Bus trigger: a JSON value, a string that was
 * no JSON, or bytes. It holds one event or an array of them, in the Event Grid schema or CloudEvents 1.0.
 *
 * Nothing is thrown. Hints and rejections together are as many as the events in the body, and at least one; of a
 * message that is out of bounds nothing is read, and it is one rejection.
 *
 * @param enqueuedTime when the message was enqueued: the time of an event that bears none that can be read.
 */
export function parseMessage(body: unknown, enqueuedTime: Date): ParsedMessage {
  const hints: Hint[] = [];
  const rejected: Rejected[] = [];
  let events: readonly unknown[];
  try {
    events = readBody(body);
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    return {
      hints,
      rejected: [{ error, event: error.code === 'message-out-of-bounds' ? toSendableBody(body) : body }],
    };
  }
  for (const event of events) {
    try {
      hints.push(toHint(event, enqueuedTime));
    } catch (thrown) {
      rejected.push({ error: toBlobmirrorError(thrown), event, ...eventId(event) });
    }
  }
  return { hints, rejected };
}

/** @throws BlobmirrorError `message-not-event`, `event-type-unknown`, `event-key-invalid` */
function toHint(event: unknown, enqueuedTime: Date): Hint {
  const envelope = readEnvelope(event);
  return {
    ...readEventKeys(envelope),
    account: readEventAccount(envelope),
    eventId: envelope.id,
    eventType: envelope.type ?? '',
    eventTime: envelope.time ?? enqueuedTime,
    silentChanges: expectSilentChanges(envelope),
    event,
  };
}

function eventId(event: unknown): { eventId?: string } {
  const id = isObject(event) ? idOf(event) : undefined;
  return id === undefined ? {} : { eventId: id };
}

/** All of a body, as text where it came as text, and else as the bytes of its JSON: a client would nest as deep as it. */
function toSendableBody(body: unknown): unknown {
  return typeof body === 'string' || body instanceof Uint8Array
    ? body
    : Buffer.from(writeJson(withoutShadow(body)));
}

const RESOURCE_ID = /\/storageAccounts\/([^/]+)/i;

/**
 * The storage account that an event names, in lower case: in its topic or source, else in its url. Undefined when
 * neither does; a custom domain in the url says nothing about the account.
 */
function readEventAccount(envelope: Envelope): string | undefined {
  const named = RESOURCE_ID.exec(envelope.origin ?? '')?.[1];
  const url = URL_FIELDS.map((field) => textOf(envelope.data, field)).find((text) => text !== undefined);
  return (named ?? (url === undefined ? undefined : accountOfUrl(url)))?.toLowerCase();
}

/**
 * Requests that announce a blob before it is whole, or whose blob may grow without an event. A file that comes by way of
 * the Data Lake or SFTP endpoint is announced when it is created, empty; if the writer flushes without closing, nothing
 * announces its content. A copy may be announced while the service is still at work on it, on hierarchical accounts
 * always. Sources: learn.microsoft.com/azure/storage/blobs/storage-blob-event-overview, Azure/azure-sdk-for-net#19166,
 * Azure/azure-sdk-for-java#26742, MicrosoftDocs/azure-docs#74041 and #114316.
 */
const SILENT_APIS: ReadonlySet<unknown> = new Set([
  'CreateFile',
  'FlushWithClose',
  'SftpCreate',
  'SftpCommit',
  'CopyBlob',
]);

/** Of these, the ones that are sent when the writer is done: what changes later is most likely announced again. */
const CLOSING_APIS: ReadonlySet<unknown> = new Set(['FlushWithClose', 'SftpCommit', 'CopyBlob']);

/**
 * Appends to an append blob and pages of a page blob are never announced: the one event is of the blob's creation, empty
 * or all zeros (MicrosoftDocs/azure-docs#39195).
 */
const GROWING_KINDS: ReadonlySet<unknown> = new Set(['AppendBlob', 'PageBlob']);

/**
 * Whether the blob may change again without an event: `open` while its writer is most likely still at work, `closed`
 * where the writer said that it is done. Only what was created is written to; each other change has an event of its own.
 * An event whose type is lost may be of a creation.
 */
function expectSilentChanges({ type, data }: Envelope): 'none' | 'open' | 'closed' {
  if (type !== undefined && type !== 'Microsoft.Storage.BlobCreated') return 'none';
  if (GROWING_KINDS.has(data['blobType'])) return 'open';
  if (!SILENT_APIS.has(data['api'])) return 'none';
  return CLOSING_APIS.has(data['api']) ? 'closed' : 'open';
}
