import { type Etag, parseEtag } from './etag.ts';

/**
 * The stamp: which version of which source a backup blob was made from. It is kept in the backup blob's metadata
 * under one name, and is all that Blobmirror adds to a user's data.
 *
 * On the wire: `v=1;account=sourceaccount;etag=0x8DC…;modified=2026-11-21T21:54:57.000Z` (about 100 bytes of ASCII).
 */
export interface Stamp {
  readonly account: string;
  readonly etag: Etag;
  readonly lastModified: Date;
}

/** Metadata as the service keeps it: names keep their case, and no two differ by case alone. */
export type Metadata = Readonly<Record<string, string>>;

/** The name in the metadata. */
export const STAMP_NAME = 'blobmirror';
const STAMP_VERSION = '1';

/** The user's metadata with the stamp added; an earlier stamp is replaced. */
export function addStamp(metadata: Metadata, stamp: Stamp): Metadata {
  const text = `v=${STAMP_VERSION};account=${stamp.account};etag=${stamp.etag};modified=${stamp.lastModified.toISOString()}`;
  return { ...splitStamp(metadata).metadata, [STAMP_NAME]: text };
}

/**
 * The limit of a blob's metadata. The service counts names and values, at most 8 KiB; here the prefix that each name has
 * on the wire counts too, to stay on the safe side of a limit that is documented in one sentence:
 * learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources
 */
const LARGEST_METADATA = 8192;
const NAME_PREFIX = 'x-ms-meta-';

export function fitsIntoMetadata(metadata: Metadata): boolean {
  const sizes = Object.entries(metadata).map(
    ([name, value]) => NAME_PREFIX.length + name.length + value.length,
  );
  return sizes.reduce((sum, size) => sum + size, 0) <= LARGEST_METADATA;
}

/** Splits a blob's metadata into the user's own and the stamp, if there is one that can be parsed. */
export function splitStamp(metadata: Metadata): { metadata: Metadata; stamp: Stamp | undefined } {
  const entries = Object.entries(metadata);
  const own = entries.filter(([name]) => !isStampName(name));
  const stamped = entries.findLast(([name]) => isStampName(name));
  // Made from entries, since a user's name may be `__proto__`.
  return { metadata: Object.fromEntries(own), stamp: stamped && parseStamp(stamped[1]) };
}

/** Undefined if it is not a stamp of a known version: the blob is then copied again, which is safe. */
function parseStamp(text: string): Stamp | undefined {
  const fields = new Map(text.split(';').map((field) => splitOnce(field, '=')));
  const account = fields.get('account');
  const etag = fields.get('etag');
  const modified = new Date(fields.get('modified') ?? '');
  if (fields.get('v') !== STAMP_VERSION || Number.isNaN(modified.getTime())) return undefined;
  // A user may write anything there, and empty quotes are not an ETag.
  if (!account || !etag || etag === '""') return undefined;
  return { account, etag: parseEtag(etag), lastModified: modified };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function isStampName(name: string): boolean {
  return name.toLowerCase() === STAMP_NAME;
}

/**
 * Replaces the stamp while a copy is `partial`, or complete but `unverified`: a mark that holds the future stamp and does
 * not parse as one. So the blob never counts as in step, and any worker can see that it may continue this copy of the same
 * version, and from which byte.
 *
 * On the wire: `v=partial;bytes=8388608;for=v=1;account=…`
 */
export type UnfinishedState = 'partial' | 'unverified';

/** Metadata without a stamp, because the user's own left no room, gets no mark either. */
export function markUnfinished(metadata: Metadata, state: UnfinishedState, bytes: number): Metadata {
  const stamp = metadata[STAMP_NAME];
  if (stamp === undefined) return metadata;
  return { ...metadata, [STAMP_NAME]: `v=${state};bytes=${bytes};for=${stamp}` };
}

/** Bytes copied so far of the unfinished copy that will carry `wanted`; undefined if it is another one. */
export function unfinishedBytes(
  metadata: Metadata,
  state: UnfinishedState,
  wanted: Metadata,
): number | undefined {
  const mark = metadata[STAMP_NAME];
  const bytes = /^v=\w+;bytes=(\d+);/.exec(mark ?? '')?.[1];
  if (bytes === undefined || mark !== markUnfinished(wanted, state, Number(bytes))[STAMP_NAME])
    return undefined;
  return Number(bytes);
}

/**
 * The mark of an unfinished or unverified copy of ours: its MD5 proves nothing. `stamp` is the future one. Undefined if
 * there is no mark.
 */
export function findUnfinishedCopy(metadata: Metadata): { readonly stamp: Stamp | undefined } | undefined {
  for (const [name, value] of Object.entries(metadata)) {
    const [, text] = /^v=(?:partial|unverified);(?:.*?;)?for=(.*)$/.exec(value) ?? [];
    if (name.toLowerCase() === STAMP_NAME && text !== undefined) return { stamp: parseStamp(text) };
  }
  return undefined;
}
