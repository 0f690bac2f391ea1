import { createHash } from 'node:crypto';
import type { BlobServiceClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { compareListings } from './support/expect-equal-accounts.ts';
import { blobsOf, writeBlobs } from './support/blobs-of.ts';
import { startUnheard } from './support/start-unheard.ts';

const MOVES = /Upload|Copy|StageBlock|CommitBlockList|Put/;

/** Commits content with the MD5 of empty content, as some clients do. */
async function commitMisdeclared(account: BlobServiceClient, container: string, content: string) {
  const blob = account.getContainerClient(container).getBlockBlobClient('planted');
  const id = Buffer.from('block-000').toString('base64');
  await blob.stageBlock(id, content, content.length);
  await blob.commitBlockList([id], {
    blobHTTPHeaders: { blobContentMD5: createHash('md5').digest(), blobContentType: 'text/plain' },
  });
}

test.each(['md5', 'read'] as const)(
  'a backup that a plain copy made is adopted by %s without a byte that moves, and what differs is found by reading',
  async (adopt) => {
    const { source, backup, reconcile, requests, ...unheard } = await startUnheard();
    await unheard.startWorker();
    for (const account of [source, backup]) await writeBlobs(account, 'photos', 50);
    const estimate = await reconcile({ adopt, dryRun: true });
    const bytes = (await Array.fromAsync(source.getContainerClient('photos').listBlobsFlat()))
      .map(({ properties }) => properties.contentLength ?? 0)
      .reduce((sum, each) => sum + each);
    expect(estimate.run.counts.byVerdict).toEqual({ adoptable: 50 });
    expect(estimate.run.adoption).toMatchObject({
      keys: 50,
      bytes,
      bytesRead: adopt === 'read' ? 2 * bytes : 0,
      versionedKeys: 0,
      dollars: { versionsPerMonth: 0 },
    });

    requests.length = 0;
    const { run, status } = await reconcile({ adopt });
    expect([status, run.counts.byVerdict]).toEqual([0, { adopted: 50 }]);
    const operations = requests.map(({ operation }) => operation);
    expect(operations.filter((operation) => MOVES.test(operation))).toEqual([]);
    expect(operations.filter((operation) => operation === 'Blob_SetMetadata')).toHaveLength(50);
    expect(operations.filter((operation) => operation === 'Blob_Download')).toHaveLength(
      adopt === 'read' ? 100 : 0,
    );
    expect((await reconcile()).run.counts).toMatchObject({ inStep: 50, nominated: 0 });
    expect(await compareListings({ source, backup })).toEqual([]);

    for (const account of [source, backup]) await account.createContainer('ledger');
    await commitMisdeclared(source, 'ledger', 'balance=9999');
    await commitMisdeclared(backup, 'ledger', 'balance=0100');
    const planted = await reconcile({ adopt });
    // With `md5`, the value that the user declared counts.
    expect(planted.run.counts.byVerdict).toEqual(adopt === 'read' ? { copied: 1 } : { adopted: 1 });
    const content = backup.getContainerClient('ledger').getBlobClient('planted').downloadToBuffer();
    expect(String(await content)).toBe(adopt === 'read' ? 'balance=9999' : 'balance=0100');
    expect(await blobsOf(backup, 'ledger')).toEqual(['planted']);
  },
);
