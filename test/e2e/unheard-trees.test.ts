import { expect, test } from 'vitest';
import { toAccessControl } from '../../src/azure/lake/access-control.ts';
import { expectEmptyTrash, expectEqualLakes } from './support/expect-equal-lakes.ts';
import { stampOf } from '../support/of-ours.ts';
import type { ReportLine } from '../../src/api/run.ts';
import { connectLakes } from './support/lakes.ts';
import { startUnheard } from './support/start-unheard.ts';
import { pathsOfTree, writeFile, writeFiles } from './support/write-files.ts';
import { writesOnBackup } from './support/writes-on-backup.ts';

const ALICE = toAccessControl('user::rw-,user:alice:r--,group::r--,mask::r--,other::---');
const TEAM = toAccessControl(
  'user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---',
);

/** The mirror is at rest when a run has ended. */
const ALL = { containers: ['lake'] };

test('a full sync repairs a tree without events: access, directories, files in the place of directories, and a rename', async () => {
  const unheard = await startUnheard({ hierarchical: true });
  const lakes = connectLakes(unheard.info);
  const source = lakes.source.getFileSystemClient('lake');
  const backup = lakes.backup.getFileSystemClient('lake');
  await unheard.startWorker();
  await source.create();
  await writeFiles(source, [
    ...pathsOfTree('sales', 120),
    ...['lost', 'old', 'place', 'shared'].flatMap((root) => [1, 2, 3].map((n) => `${root}/below/${n}`)),
    'place-of-file',
  ]);
  await source.getDirectoryClient('empty').create();
  expect((await unheard.reconcile()).status).toBe(0);
  const paths = await expectEqualLakes(lakes, ALL);

  // At the source.
  await source
    .getFileClient('sales/year=2000/part-1')
    .setAccessControl(ALICE, { owner: 'alice', group: 'staff' });
  await source.getDirectoryClient('shared').setAccessControl(TEAM, { owner: 'bob' });
  await source.getDirectoryClient('shared/below').setPermissions({
    owner: { read: true, write: true, execute: true },
    group: { read: false, write: false, execute: false },
    other: { read: false, write: false, execute: false },
    stickyBit: false,
    extendedAcls: false,
  });
  await source.getDirectoryClient('old').move('new');
  // On the backup, as if the mirror had made it.
  const ours = stampOf(unheard.info.source.accountName);
  await backup.getDirectoryClient('lost').delete(true);
  await backup.getDirectoryClient('empty').delete();
  await writeFiles(backup, pathsOfTree('extra', 101), ours);
  await backup.getDirectoryClient('place').delete(true);
  await writeFile(backup, 'place', 'a file', ours);
  await backup.getFileClient('place-of-file').delete();
  await writeFiles(backup, ['place-of-file/below/1'], ours);

  const { requests, reconcile } = unheard;
  const writes = () => writesOnBackup(requests).filter((path) => !path.startsWith('lake/.blobmirror'));
  const moves = () =>
    requests.filter(({ operation, status: code }) => operation === 'Path_Rename' && code < 300);
  requests.length = 0;
  const guarded = await reconcile();
  // A directory counts with everything below it: a run does not take more than a hundred files as one.
  expect(guarded.run.alerts.map(({ code }) => code)).toEqual(['too-many-deletes']);
  expect(guarded.run.counts).toMatchObject({
    inStep: paths - 20,
    nominated: 20 + 111,
    // A directory that was created with a file below it need not be created again.
    byVerdict: { 'access-set': 3, copied: 10 },
    skipped: { 'too-many-deletes': 104 + 5 + 2 },
    failed: {},
  });
  const touched =
    /^lake\/(sales\/year=2000\/part-1|shared|shared\/below|empty|(lost|new|place)(\/.*)?|place-of-file)$/;
  expect(writes().filter((path) => !touched.test(path))).toEqual([]);
  // One request moves the directory away that is in the place of a file, and another puts the file there.
  expect(moves()).toHaveLength(2);

  requests.length = 0;
  const { run, status } = await reconcile({ allowDeletes: ['lake'] });
  expect([status, run.counts.byVerdict]).toEqual([0, { deleted: 2 }]);
  expect([moves().length, writes().length]).toEqual([2, 0]);
  // Listings, the read of the root and two checks, each with a listing for the owners of the files below,
  // however many.
  expect(requests.length).toBeLessThan(25);
  expect(await expectEqualLakes(lakes, ALL)).toBe(paths);
  await expectEmptyTrash(lakes, 'lake');
  expect((await reconcile()).run.counts).toMatchObject({ inStep: paths, nominated: 0 });
});

test('a directory that the source lacks stays for what another tool put below it, and our keys below it are deleted one by one', async () => {
  const unheard = await startUnheard({ hierarchical: true });
  const lakes = connectLakes(unheard.info);
  const source = lakes.source.getFileSystemClient('lake');
  const backup = lakes.backup.getFileSystemClient('lake');
  await unheard.startWorker();
  await source.create();
  const stays = Array.from({ length: 40 }, (_, n) => `stays/${n}`);
  await writeFiles(source, [...stays, 'gone/a/1', 'gone/a/2', 'gone/b/c/1', 'gone/b/2']);
  const { reconcile, reconciler } = unheard;
  expect((await reconcile()).status).toBe(0);
  await writeFile(backup, 'gone/b/foreign', 'of another tool');
  await source.getDirectoryClient('gone').delete(true);

  const { run, status } = await reconcile();
  expect([status, run.alerts]).toEqual([0, []]);
  // The directories above the foreign file are not deletions, and count for no guard.
  expect(run.containers['lake']).toMatchObject({ extras: 9, deletions: 6, foreign: { 'backup-foreign': 1 } });
  const names = (await Array.fromAsync(backup.listPaths({ path: 'gone', recursive: true }))).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['gone/b', 'gone/b/foreign']);
  const lines = (await Array.fromAsync(reconciler.report(run.id))).map(
    (line) => JSON.parse(line) as ReportLine,
  );
  const kept = lines.filter(({ verdict }) => verdict === 'skipped');
  expect(kept.map(({ path, reason }) => `${path}: ${reason}`).toSorted()).toEqual([
    'gone/b/foreign: backup-foreign',
    'gone/b: backup-foreign-below',
    'gone: backup-foreign-below',
  ]);

  const allowed = await reconcile({ deleteForeign: ['lake'] });
  expect([allowed.status, allowed.run.counts.skipped]).toEqual([0, {}]);
  expect(await backup.getDirectoryClient('gone').exists()).toBe(false);
});
