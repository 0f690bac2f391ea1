import { parseEtag } from '../model/etag.ts';
import { type ContainerName, parseBlobPath } from '../model/key.ts';
import type { Account } from './connect-account.ts';
import { removeCopy } from './copy/staged-copies.ts';
import { STAGING } from './copy/staging-key.ts';
import { DamagedPage } from './listing/damaged-page.ts';
import { toMeanings, toStorageError } from './storage-error.ts';

/** Far more than any worker takes from one part of a copy to the next. */
const HOUR_MS = 3_600_000;
/** What it may take of a message's time. */
const BUDGET_MS = 60_000;

/**
 * Removes the staged copies that workers left which died, an hour after the last write to them, on accounts of either
 * kind. One request where there are none.
 *
 * @param now milliseconds since 1970
 */
export async function emptyStaging(
  account: Account,
  container: ContainerName,
  now: () => number,
): Promise<void> {
  const [end, before] = [performance.now() + BUDGET_MS, now() - HOUR_MS];
  const prefix = `${STAGING}/`;
  const blobs = account.client.getContainerClient(container).listBlobsFlat({ prefix });
  try {
    for await (const { name, properties } of blobs) {
      if (performance.now() > end) return;
      // What follows deletes: whatever something in between made of the request, nothing else goes.
      if (!name.startsWith(prefix)) throw new DamagedPage('a name without the prefix that was asked for');
      if (!isWhole(properties)) throw new DamagedPage('an entry without ETag or Last-Modified');
      if (properties.lastModified.getTime() < before)
        await removeCopy(account, { container, path: parseBlobPath(name) }, parseEtag(properties.etag));
    }
  } catch (error) {
    if (toMeanings(error)?.read !== 'absent') throw toStorageError(error, 'read', account.name);
  }
}

/** The SDK's types promise what a page that something in between damaged does not have. */
function isWhole({ etag, lastModified }: Partial<Record<'etag' | 'lastModified', unknown>>): boolean {
  return typeof etag === 'string' && lastModified instanceof Date;
}
