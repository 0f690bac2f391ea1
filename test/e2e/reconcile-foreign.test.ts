import { expect, test } from 'vitest';
import { blobsOf, deleteBlobs, writeBlobs } from './support/blobs-of.ts';
import { startUnheard } from './support/start-unheard.ts';
import { writesOnBackup } from './support/writes-on-backup.ts';

test('what another tool put on the backup survives every full sync, is reported by name, and is deleted only with permission', async () => {
  const { source, backup, reconcile, reconciler, requests, startWorker } = await startUnheard();
  await startWorker();
  await source.createContainer('empty');
  await writeBlobs(backup, 'empty', 60);
  await writeBlobs(source, 'shared', 40);
  expect((await reconcile()).status).toBe(0);
  const shared = backup.getContainerClient('shared');
  await shared.getBlockBlobClient('notes.md').upload('mine', 4);
  await deleteBlobs(source, 'shared', 2);

  requests.length = 0;
  const { run, status } = await reconcile();
  expect([status, run.alerts]).toEqual([0, []]);
  expect(run.counts).toMatchObject({ byVerdict: { deleted: 2 }, skipped: { 'backup-foreign': 61 } });
  expect(run.containers).toMatchObject({
    empty: { extras: 60, deletions: 0, foreign: { 'backup-foreign': 60 } },
    shared: { extras: 3, deletions: 2, foreign: { 'backup-foreign': 1 } },
  });
  const lines = (await Array.fromAsync(reconciler.report(run.id))).map((line) => JSON.parse(line) as unknown);
  expect(lines).toContainEqual({
    container: 'shared',
    path: 'notes.md',
    verdict: 'skipped',
    reason: 'backup-foreign',
  });
  expect(writesOnBackup(requests)).toEqual(['shared/0.txt', 'shared/1.txt']);
  // It needs no check of its own: the listing shows that it is kept.
  expect(requests.filter(({ container, method }) => container === 'empty' && method === 'HEAD')).toEqual([]);
  expect(await blobsOf(backup, 'empty')).toHaveLength(60);

  const leave = await reconcile({ deleteForeign: ['empty'] });
  expect(leave.run.alerts).toMatchObject([{ code: 'source-container-empty', container: 'empty' }]);
  expect(await blobsOf(backup, 'empty')).toHaveLength(60);
  const allowed = await reconcile({ deleteForeign: ['empty'], allowDeletes: ['empty'] });
  expect([allowed.status, allowed.run.counts.byVerdict]).toEqual([0, { deleted: 60 }]);
  expect(await blobsOf(backup, 'empty')).toEqual([]);
  // The permission is for one container.
  expect(allowed.run.counts.skipped).toEqual({ 'backup-foreign': 1 });
  expect((await reconcile({ deleteForeign: ['shared'] })).run.counts.byVerdict).toEqual({ deleted: 1 });
  expect(await blobsOf(backup, 'shared')).not.toContain('notes.md');
});
