import { expect, test } from 'vitest';
import { blobsOf, deleteBlobs, writeBlobs } from './support/blobs-of.ts';
import { compareListings } from './support/expect-equal-accounts.ts';
import { startUnheard } from './support/start-unheard.ts';
import { waitUntil } from './support/wait-until.ts';
import { writesOnBackup } from './support/writes-on-backup.ts';

test('keys that the source seems to have lost by mistake stay on the backup, with an alert, until a run names the container', async () => {
  const unheard = await startUnheard();
  const { source, backup, reconcile, requests } = unheard;
  await unheard.startWorker();
  for (const [name, count] of Object.entries({ emptied: 5, gone: 5, thinned: 102, trimmed: 250 }))
    await writeBlobs(source, name, count);
  await writeBlobs(backup, 'of-another-tool', 3);
  expect((await reconcile()).status).toBe(0);

  // Azure blocks the name of a deleted container for half a minute; Azurite does not.
  for (const name of ['emptied', 'gone']) await source.deleteContainer(name);
  await waitUntil('it is there again', async () => await source.getContainerClient('emptied').create());
  await deleteBlobs(source, 'thinned', 101);
  await deleteBlobs(source, 'trimmed', 100);
  await writeBlobs(source, 'new', 5);
  await source.getContainerClient('trimmed').getBlockBlobClient('new').upload('new', 3);

  requests.length = 0;
  const dry = await reconcile({ dryRun: true });
  const guarded = await reconcile();
  for (const { run, status } of [dry, guarded]) {
    expect(status).toBe(4);
    expect(run.state).toBe('done');
    expect(run.alerts.map(({ code, container }) => [container, code])).toEqual([
      ['emptied', 'source-container-empty'],
      ['gone', 'source-container-missing'],
      ['thinned', 'too-many-deletes'],
    ]);
  }
  expect(guarded.run.counts).toMatchObject({
    byVerdict: { copied: 6, deleted: 100 },
    skipped: {
      'source-container-empty': 5,
      'source-container-missing': 5,
      'container-not-mirrored': 3,
      'too-many-deletes': 101,
    },
  });
  expect((await compareListings(unheard)).length).toBe(3 + 5 + 5 + 101);
  expect(writesOnBackup(requests).filter((key) => !/^(trimmed|new)\//.test(key))).toEqual([]);

  const allowed = await reconcile({ allowDeletes: ['emptied', 'gone', 'thinned'] });
  // Permission does not help where nothing proves the deletion: the container is missing.
  expect([allowed.status, allowed.run.alerts.map(({ container }) => container)]).toEqual([4, ['gone']]);
  expect(allowed.run.counts.byVerdict).toEqual({ deleted: 5 + 101 });
  expect(await blobsOf(backup, 'gone')).toHaveLength(5);
  await backup.deleteContainer('gone');
  expect(await blobsOf(backup, 'of-another-tool')).toHaveLength(3);
  await backup.deleteContainer('of-another-tool');
  expect(await compareListings(unheard)).toEqual([]);
  expect((await reconcile()).status).toBe(0);
});
