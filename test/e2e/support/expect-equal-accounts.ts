import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { BlobItem, BlobServiceClient } from '@azure/storage-blob';
import { expect } from 'vitest';
import { splitStamp } from '../../../src/model/stamp.ts';
import type { Accounts } from './start-environment.ts';
import { waitUntil } from './wait-until.ts';

/** Blobs by `container/path`. */
type Listing = ReadonlyMap<string, BlobItem>;

const CONCURRENCY = 16;

/**
 * Waits until the two listings agree and every backup blob has the ETag of its source in its stamp, and then
 * reads every byte of both accounts. Containers without blobs raise no event and are not compared. Returns
 * the number of blobs.
 */
export async function expectEqualAccounts(accounts: Accounts): Promise<number> {
  let differences: string[] = [];
  await waitUntil(
    'the backup lists what the source lists',
    async () => (differences = await compareListings(accounts)).length === 0,
    { every: 100, saw: () => describe(differences) },
  );
  const [source, backup] = [await readAll(accounts.source), await readAll(accounts.backup)];
  expect(backup).toEqual(source);
  return source.size;
}

/** A line for every blob that is on one side only or was not made from the version that the source has now. */
export async function compareListings(accounts: Accounts): Promise<string[]> {
  const [source, backup] = await Promise.all([list(accounts.source), list(accounts.backup)]);
  const differences: string[] = [];
  for (const [name, { properties }] of source) {
    const copy = backup.get(name);
    if (copy === undefined) differences.push(`missing: ${name}`);
    else if (splitStamp(copy.metadata ?? {}).stamp?.etag !== properties.etag)
      differences.push(`stale: ${name}`);
  }
  for (const name of backup.keys()) if (!source.has(name)) differences.push(`extra: ${name}`);
  return differences;
}

async function list(account: BlobServiceClient): Promise<Listing> {
  const found = new Map<string, BlobItem>();
  for await (const { name: container } of account.listContainers()) {
    // The mirror's own container.
    if (container === 'blobmirror-state') continue;
    for await (const blob of account.getContainerClient(container).listBlobsFlat({ includeMetadata: true }))
      found.set(`${container}/${blob.name}`, blob);
  }
  return found;
}

/** Everything that a user put into an account, with a digest for the content; without the stamp. */
async function readAll(account: BlobServiceClient): Promise<Map<string, object>> {
  const listing = [...(await list(account))];
  const contents = new Map<string, object>();
  const readNext = async (): Promise<void> => {
    for (let next = listing.pop(); next !== undefined; next = listing.pop()) {
      const [name, { metadata, properties }] = next;
      const slash = name.indexOf('/');
      const blob = account.getContainerClient(name.slice(0, slash)).getBlobClient(name.slice(slash + 1));
      const { readableStreamBody } = await blob.download();
      const content = readableStreamBody === undefined ? '' : await buffer(readableStreamBody);
      const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = properties;
      contents.set(name, {
        size: properties.contentLength,
        sha256: createHash('sha256').update(content).digest('hex'),
        // From the listing, which keeps the case of metadata names.
        metadata: splitStamp(metadata ?? {}).metadata,
        headers: { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl },
        blobType: properties.blobType,
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, readNext));
  return new Map([...contents].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function describe(differences: readonly string[]): string {
  return `${differences.length} differ, such as ${differences.slice(0, 5).join(', ')}`;
}
