import { expect, test, vi } from 'vitest';
import { toAccessControl } from '../../src/azure/to-access-control.js';
import { expectEmptyTrash, expectEqualLakes } from './support/expect-equal-lakes.js';
import { connectLakes } from './support/lakes.js';
import { startUnheard } from './support/start-unheard.js';
import { pathsOfTree, writeFile, writeFiles } from './support/write-files.js';
import { writesOnBackup } from './support/writes-on-backup.js';

// On a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const ALICE = toAccessControl('user::rw-,user:alice:r--,group::r--,mask::r--,other::---');
const TEAM = toAccessControl('user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---');

test('a full sync repairs a tree that no event told of: access, directories, files in their place, and a rename', async () => {
  const unheard = await startUnheard({ hierarchical: true });
  const lakes = connectLakes(unheard.info);
  const source = lakes.source.getFileSystemClient('lake');
  const backup = lakes.backup.getFileSystemClient('lake');
  await unheard.startWorker();
  await source.create();
  await writeFiles(source, [
    ...pathsOfTree('sales', 250),
    ...['lost', 'old', 'place', 'shared'].flatMap((root) => [1, 2, 3].map((n) => `${root}/below/${n}`)),
    'place-of-file',
  ]);
  await source.getDirectoryClient('empty').create();
  expect((await unheard.reconcile()).status).toBe(0);
  const paths = await expectEqualLakes(lakes, { within: 1000 });

  // At the source.
  await source.getFileClient('sales/year=2000/part-1').setAccessControl(ALICE, { owner: 'alice', group: 'staff' });
  await source.getDirectoryClient('shared').setAccessControl(TEAM, { owner: 'bob' });
  await source.getDirectoryClient('shared/below').setPermissions({
    owner: { read: true, write: true, execute: true },
    group: { read: false, write: false, execute: false },
    other: { read: false, write: false, execute: false },
    stickyBit: false,
    extendedAcls: false,
  });
  await source.getDirectoryClient('old').move('new');
  // On the backup.
  await backup.getDirectoryClient('lost').delete(true);
  await backup.getDirectoryClient('empty').delete();
  await writeFiles(backup, pathsOfTree('extra', 130));
  await backup.getDirectoryClient('place').delete(true);
  await writeFile(backup, 'place', 'a file');
  await backup.getFileClient('place-of-file').delete();
  await writeFiles(backup, ['place-of-file/below/1']);

  unheard.requests.length = 0;
  const { run, status } = await unheard.reconcile();
  console.log(status, JSON.stringify(run, null, 1).slice(0, 6000));
  const ops: Record<string, number> = {};
  for (const r of unheard.requests) {
    const k = `${r.account} ${r.operation} ${r.status}`;
    ops[k] = (ops[k] ?? 0) + 1;
  }
  console.log(ops, writesOnBackup(unheard.requests));
  expect(await expectEqualLakes(lakes, { within: 1000 })).toBe(paths);
  await expectEmptyTrash(lakes, 'lake');
});
