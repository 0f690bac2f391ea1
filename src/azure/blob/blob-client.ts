import { BlobClient } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { type ContainerName, type Key, keyText } from '../../model/key.ts';

/** Whether a URL would resolve a segment of the path: `a/../b` would become `b`. */
export function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}

/**
 * The client of one blob. The SDK puts a name into a URL as it is, and a URL resolves the segments `.` and `..`. In such
 * a name the slashes are encoded, so that it has no segments; the service takes it for the same blob.
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

/** The parts of a URL before and after the path of a blob, by account and container. */
const containers = new WeakMap<Account, Map<ContainerName, Around>>();

/**
 * The URL of a blob without making its client, which takes longer than signing a request. It may hold a SAS: never log
 * it.
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
