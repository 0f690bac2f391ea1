import type { ContainerName, Key } from '../model/key.ts';
import { blobClient } from './blob-client.ts';
import type { Account } from './connect-account.ts';
import { hasDotSegment } from './dot-segment.ts';

type Around = readonly [before: string, after: string];

/** What comes before and after the path of a blob, by account and container. */
const containers = new WeakMap<Account, Map<ContainerName, Around>>();

/**
 * The URL of a blob's client, without the client, which costs more to make than a request to sign. It may hold a SAS:
 * never log it.
 *
 * @throws BlobmirrorError `name-not-addressable`
 */
export function blobUrl(account: Account, key: Key): string {
  const { container, path } = key;
  // Rare, and never to be got wrong.
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
