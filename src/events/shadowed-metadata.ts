import { isObject } from './json.ts';

/** What a worker goes by of a message's metadata, as a Functions trigger names it. */
const METADATA = [
  'messageId',
  'enqueuedTimeUtc',
  'deliveryCount',
  'applicationProperties',
  'userProperties',
] as const;

export type MetadataName = (typeof METADATA)[number];

const BY_LOWER_CASE: ReadonlyMap<string, MetadataName> = new Map(
  METADATA.map((name) => [name.toLowerCase(), name]),
);

/**
 * Which of the metadata may be members of the body: the Functions host lets those of a JSON object overwrite the
 * metadata of the same name (Azure/azure-functions-host#7119). Of an array it takes nothing. Text that is no JSON here
 * may be JSON to it, which takes single quotes.
 */
export function shadowedMetadata(body: unknown): ReadonlySet<MetadataName> {
  if (typeof body === 'string') return new Set(/^\s*\{/.test(body) ? METADATA : []);
  if (!isObject(body) || body instanceof Uint8Array) return new Set();
  const names = Object.keys(body).map((name) => BY_LOWER_CASE.get(name.toLowerCase()));
  return new Set(names.filter((name) => name !== undefined));
}

/** The event as it can be sent with metadata that will be believed: in an array where its members would overwrite them. */
export function withoutShadow(event: unknown): unknown {
  return shadowedMetadata(event).size > 0 ? [event] : event;
}
