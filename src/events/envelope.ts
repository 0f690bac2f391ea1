import { isIP } from 'node:net';
import { BlobmirrorError } from '../model/errors.ts';

/** An event in either schema, under one set of names. Members of the wrong type count as missing. */
export interface Envelope {
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** The resource that raised the event: `topic`, or `source` in CloudEvents. */
  readonly origin: string | undefined;
  readonly subject: string | undefined;
  readonly time: Date | undefined;
  readonly data: JsonObject;
}

const LONGEST_ID = 200;
const NOTHING: JsonObject = {};
/** Members of an event's data that may name a blob. */
export const URL_FIELDS = ['url', 'destinationUrl', 'sourceUrl'] as const;

/**
 * Reads one event. An object is an event if its schema says so, or if it names a blob. Members that do not say which blob
 * is meant, such as the version of the schema or the id, are optional: a drifted envelope only costs a check.
 *
 * @throws BlobmirrorError `message-not-event`
 */
export function readEnvelope(event: unknown): Envelope {
  if (!isObject(event))
    throw new BlobmirrorError('message-not-event', `an event is an object, and this is ${nameOf(event)}`);
  const envelope: Envelope = {
    id: idOf(event),
    type: firstText(event, 'eventType', 'type'),
    origin: firstText(event, 'topic', 'source'),
    subject: textOf(event, 'subject'),
    time: timeOf(event),
    data: dataOf(event),
  };
  if (isMarked(event) || namesBlob(envelope)) return envelope;
  throw new BlobmirrorError(
    'message-not-event',
    'the object has neither an eventType nor a specversion, and names no blob',
  );
}

/** Whether a value has the mark of an event schema, or names a blob. */
export function isEvent(value: unknown): value is object {
  return (
    isObject(value) &&
    (isMarked(value) || namesBlob({ subject: textOf(value, 'subject'), data: dataOf(value) }))
  );
}

/** Undefined if there is none that can be parsed. */
export function timeOf(event: JsonObject): Date | undefined {
  for (const name of ['eventTime', 'time']) {
    const time = new Date(textOf(event, name) ?? Number.NaN);
    if (!Number.isNaN(time.getTime())) return time;
  }
  return undefined;
}

export function dataOf(event: JsonObject): JsonObject {
  const data = Object.hasOwn(event, 'data') ? event['data'] : undefined;
  return isObject(data) ? data : NOTHING;
}

/** Only for the log, so it is kept short. Some senders use numbers. */
export function idOf(event: JsonObject): string | undefined {
  const id = Object.hasOwn(event, 'id') ? event['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number'
    ? String(id).slice(0, LONGEST_ID) || undefined
    : undefined;
}

function isMarked(event: JsonObject): boolean {
  return Object.hasOwn(event, 'eventType') || Object.hasOwn(event, 'specversion');
}

function namesBlob({ subject = '', data }: Pick<Envelope, 'subject' | 'data'>): boolean {
  return (
    readSubject(subject) !== undefined ||
    URL_FIELDS.some((name) => readStorageUrl(textOf(data, name) ?? '').length > 0)
  );
}

/** The first of the two that is non-empty text. */
function firstText(event: JsonObject, one: string, other: string): string | undefined {
  return textOf(event, one) || textOf(event, other) || undefined;
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** A JSON object: neither null nor an array. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member that is text; undefined if it is something else or inherited. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A container and a path as an event spells them, not yet validated. */
export interface BlobAddress {
  readonly container: string;
  readonly path: string;
}

/**
 * A blob's url, parsed by hand: the platform's URL parser resolves `.` and `..` and normalises characters that a blob's
 * name may hold. The query is dropped; a `#` is kept, since no event has a fragment.
 */
const STORAGE_URL = /^https?:\/\/(\[[^\]/?#]*\]|[^:/?#@[\]]+)(?::\d+)?\/([^?]*)/i;

/** A refused name may be quoted in an error, so it is kept short. */
const LONGEST_CONTAINER = 63;

/** The host, and the path after it without the leading slash, not decoded. */
function splitUrl(url: string): { host: string; path: string } | undefined {
  const [, host, path] = STORAGE_URL.exec(url) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}

/**
 * Emulators put the account first in the path if the host cannot name it: an IP literal, or a name without a dot.
 */
function isPathStyle(host: string): boolean {
  return !host.includes('.') || host.startsWith('[') || isIP(host) !== 0;
}

/**
 * The readings of a blob's url, the likeliest first: percent-decoded (if that is possible), then as it is spelt. One if
 * nothing is encoded; empty if it is not the url of a blob.
 */
export function readStorageUrl(url: string): readonly BlobAddress[] {
  const parts = splitUrl(url);
  if (parts === undefined) return [];
  const path = isPathStyle(parts.host) ? afterFirstSlash(parts.path) : parts.path;
  const container = decode(path.split('/', 1)[0] ?? '') ?? '';
  const spelt = afterFirstSlash(path);
  if (container === '' || container.length > LONGEST_CONTAINER || spelt === '') return [];
  const decoded = decode(spelt);
  const place = { container, path: spelt };
  return decoded === undefined || decoded === spelt ? [place] : [{ ...place, path: decoded }, place];
}

/** The account that the host or the first path segment names; undefined for a custom domain. */
export function accountOfUrl(url: string): string | undefined {
  const parts = splitUrl(url);
  if (parts === undefined) return undefined;
  if (isPathStyle(parts.host)) return parts.path.split('/', 1)[0] || undefined;
  // <account>.blob.core.windows.net, <account>.z12.dfs.storage.azure.net and their like in other clouds.
  return /^([^.]+)(?:\.z\d+)?\.(?:blob|dfs)\./i.exec(parts.host)?.[1];
}

/** The text after the first slash; empty if there is none. */
function afterFirstSlash(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? '' : path.slice(slash + 1);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

// A container's name has at most 63 characters, and a refused name may be quoted in an error.
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]{1,63})\/blobs\/(.+)$/is;

/** `/blobServices/default/containers/<container>/blobs/<name, case kept, not encoded>`; undefined for anything else. */
export function readSubject(subject: string): BlobAddress | undefined {
  const [, container, path] = SUBJECT.exec(subject) ?? [];
  return container === undefined || path === undefined ? undefined : { container, path };
}
