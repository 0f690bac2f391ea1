import { describe, expect, it } from 'vitest';

import { openStores } from '../../../src/storage/stores/open-stores.ts';
import { RequestsInFlight } from '../../../src/requests/storage-request.ts';
import { blobDocument } from '../../support/blob-document.ts';

describe('looking up and deleting one blob', () => {
  it('costs about the same among 20,000 blobs as among 1,000', async () => {
    const few = await cpuMsFor200(1000);
    // Azurite's own way takes about 40 ms for each at this size: 8,000 in all.
    expect(await cpuMsFor200(20_000)).toBeLessThan(Math.max(1000, few * 20));
  });
});

async function cpuMsFor200(count: number): Promise<number> {
  const { metadata } = await openStores(undefined, new RequestsInFlight(), {
    onDiskError() {},
    onDiskFree() {},
  });
  const blobs = metadata.db.getCollection('$BLOBS_COLLECTION$');
  blobs.insert(Array.from({ length: count }, (_, index) => blobDocument(`blob-${index}`)));
  const started = process.cpuUsage();
  for (let index = 0; index < 200; index++) {
    const query = { accountName: 'sourceaccount', containerName: 'docs', name: `blob-${index * 3}` };
    expect(blobs.findOne({ ...query, snapshot: '' })).toBeTruthy();
    expect(blobs.count(query)).toBe(1);
    blobs.findAndRemove(query);
  }
  const { user, system } = process.cpuUsage(started);
  expect(blobs.data).toHaveLength(count - 200);
  return (user + system) / 1000;
}
