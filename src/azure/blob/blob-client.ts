import { createHash } from 'node:crypto';
import { BlobClient, type BlobHTTPHeaders, type ContainerClient } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { serviceCode } from '../errors/storage-error.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { etagHeader } from '../../model/etag.ts';
import { type ContainerName, type Key, keyText } from '../../model/key.ts';
import type { ContentHeaders, Tags } from '../../model/reading.ts';
import type { WriteCondition } from '../../ports/write-outcome.ts';

/** Whether a URL parser would resolve a segment of the path: `a/../b` would become `b`. */
export function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}

/**
 * The client of one blob. The SDK puts a name into a URL as it is, and a URL parser resolves the segments `.`
 * and `..`. In such a name the slashes are encoded, so that it has no segments; the service treats it as the
 * same blob.
 *
 * @throws BlobmirrorError `name-not-addressable`
 */
export function blobClient(account: Account, key: Key): BlobClient {
  const container = account.client.getContainerClient(key.container);
  if (!hasDotSegment(key.path)) return container.getBlobClient(key.path);
  if (!key.path.includes('/')) {
    throw new BlobmirrorError('name-not-addressable', `no URL can name ${JSON.stringify(keyText(key))}`, {
      context: { account: account.name },
    });
  }
  const [url = '', query] = container.url.split('?', 2);
  const blob = `${url}/${encodeURIComponent(key.path)}`;
  return new BlobClient(query === undefined ? blob : `${blob}?${query}`, account.createPipeline());
}

type Around = readonly [before: string, after: string];

/** The parts of a blob's URL before and after its path, by account and container. */
const containers = new WeakMap<Account, Map<ContainerName, Around>>();

/**
 * The URL of a blob, without making its client, which takes longer than signing a request. It may hold a SAS:
 * never log it.
 *
 * @throws BlobmirrorError `name-not-addressable`
 */
export function blobUrl(account: Account, key: Key): string {
  const { container, path } = key;
  if (hasDotSegment(path)) return blobClient(account, key).url;
  const [before, after] = aroundPath(account, container);
  // The SDK encodes the apostrophe, which encodeURIComponent leaves.
  const name = encodeURIComponent(path).replaceAll('%2F', '/').replaceAll("'", '%27');
  return `${before}/${name}${after}`;
}

function aroundPath(account: Account, container: ContainerName): Around {
  let ofAccount = containers.get(account);
  if (ofAccount === undefined) containers.set(account, (ofAccount = new Map<ContainerName, Around>()));
  let around = ofAccount.get(container);
  if (around === undefined) {
    const [before = '', query] = account.client.getContainerClient(container).url.split('?', 2);
    ofAccount.set(container, (around = [before, query === undefined ? '' : `?${query}`]));
  }
  return around;
}

/**
 * Sends a write, and where the container does not exist, creates it and sends the write again: a write that
 * was refused for that reason did nothing. Errors are the SDK's.
 */
export async function sendCreatingContainer<Result>(
  container: ContainerClient,
  send: () => Promise<Result>,
): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (serviceCode(error) !== 'ContainerNotFound') throw error;
    try {
      await container.create();
    } catch (failure) {
      if (serviceCode(failure) !== 'ContainerAlreadyExists') throw failure;
    }
    return await send();
  }
}

/**
 * All content headers of a blob as the SDK takes them. A write removes every header that it is not given, the
 * MD5 included.
 */
export function toBlobHeaders(headers: ContentHeaders, contentMd5: string | undefined): BlobHTTPHeaders {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = headers;
  return {
    ...(contentType !== undefined && { blobContentType: contentType }),
    ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
    ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
    ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
    ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
    ...(contentMd5 !== undefined && { blobContentMD5: Buffer.from(contentMd5, 'base64') }),
  };
}

/** A condition on the backup as the SDK takes it. */
export function toConditions(condition: WriteCondition): { ifNoneMatch: string } | { ifMatch: string } {
  return 'nothingThere' in condition ? { ifNoneMatch: '*' } : { ifMatch: etagHeader(condition.ifMatch) };
}

/**
 * Index tags as an option of the SDK, which sends an empty header for an empty object. An account without
 * tags, a hierarchical one or a service of an older version, refuses that header: so none is sent when there
 * are no tags.
 */
export function tagOptions(tags: Tags): { tags?: Record<string, string> } {
  return Object.keys(tags).length === 0 ? {} : { tags: { ...tags } };
}

/** The service compares it with the bytes that arrive, and refuses damaged ones. */
export function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}
