import { createHash } from 'node:crypto';
import { parseEtag } from '../../model/etag.ts';
import { END_REASONS, type EndRecord } from '../../model/history.ts';
import { type BlobPath, type ContainerName, type Key, keyText, parseBlobPath } from '../../model/key.ts';
import type { Metadata } from '../../model/stamp.ts';

/**
 * A record is an empty blob in a container of its own. It has the name of the key that it is about, so that both are
 * listed in the same order, and each further record of the key is one more version of it. The service gives it its time.
 *
 * On the wire, in the metadata: `blobmirror_end: v=1;etag=0x8DC…;why=absent-at-source`
 */

const END = 'blobmirror_end';
/** Base64 of UTF-8, where the name has no room for the whole path. */
const PATH = 'blobmirror_path';
const LONGEST_NAME = 1024;
const HASH_LENGTH = 64;

export function recordName(key: Key): string {
  const name = keyText(key);
  if (name.length <= LONGEST_NAME) return name;
  // Still close to its key in a listing, and never after it.
  const kept = name.slice(0, LONGEST_NAME - HASH_LENGTH);
  return `${kept.toWellFormed()}${createHash('sha256').update(name).digest('hex')}`;
}

export function recordMetadata(key: Key, { etag, why }: Pick<EndRecord, 'etag' | 'why'>): Metadata {
  const isWhole = recordName(key) === keyText(key);
  return {
    [END]: `v=1;etag=${etag};why=${why}`,
    ...(!isWhole && { [PATH]: Buffer.from(key.path).toString('base64') }),
  };
}

/** Undefined if another program put it there, or a release that knows more. */
export function parseRecord(
  container: ContainerName,
  name: string,
  metadata: Metadata,
  at: Date,
): (EndRecord & { readonly path: BlobPath }) | undefined {
  const [, etag, reason] = /^v=1;etag=([^;]+);why=([a-z-]+)$/.exec(metadata[END] ?? '') ?? [];
  const why = END_REASONS.find((known) => known === reason);
  if (etag === undefined || why === undefined) return undefined;
  const path = metadata[PATH];
  const text = path === undefined ? name.slice(container.length + 1) : Buffer.from(path, 'base64').toString();
  return { path: parseBlobPath(text), etag: parseEtag(etag), why, at };
}
