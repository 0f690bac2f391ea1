import { BlobClient } from '@azure/storage-blob';
import { BlobmirrorError } from '../model/errors.ts';
import { type Key, keyText } from '../model/key.ts';
import type { Account } from './connect-account.ts';
import { hasDotSegment } from './dot-segment.ts';

/**
 * The client of one blob. The SDK puts a name into a URL as it is, and a URL resolves the segments `.` and `..`: asked
 * for `a/../b` it would speak of `b`. Such a name goes with its slashes encoded, which keeps its segments from being
 * any, and names the same blob.
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
