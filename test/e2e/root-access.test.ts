import type { DataLakeDirectoryClient, DataLakeServiceClient } from '@azure/storage-file-datalake';
import { expect, test } from 'vitest';
import { toAccessControl } from '../../src/azure/lake/access-control.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { connectLakes } from './support/lakes.ts';
import { startEnvironment } from './support/start-environment.ts';
import { startUnheard } from './support/start-unheard.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeFile } from './support/write-files.ts';

/**
 * The access of the root, which gates everything below: others may pass through it, and bob may read what is
 * created in it.
 */
const ACL = toAccessControl(
  'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::--x,default:user::rwx,default:user:bob:r-x,default:group::r-x,default:mask::r-x,default:other::---',
);
const NARROW = toAccessControl('user::rwx,group::r-x,other::---');
const ANNA = { owner: 'anna', group: 'staff' };

const rootOf = (lake: DataLakeServiceClient): DataLakeDirectoryClient =>
  lake.getFileSystemClient('lake').getDirectoryClient('/');

async function accessOf(lake: DataLakeServiceClient) {
  const { owner, group, permissions, acl } = await rootOf(lake).getAccessControl();
  return { owner, group, permissions, acl };
}

async function verify(readyFile: string): Promise<{ status: unknown; found: unknown[] }> {
  const { status, stdout } = await runBlobmirror([
    'verify',
    `--local=${readyFile}`,
    '-o',
    'json',
    '--settle',
    '0',
  ]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, found: lines.map((line) => JSON.parse(line) as unknown) };
}

test('a file system that an event creates on the backup has a root with the access of the source', async () => {
  const environment = await startEnvironment(['--hns']);
  const lakes = connectLakes(environment.info);
  const files = lakes.source.getFileSystemClient('lake');
  await files.create();
  await rootOf(lakes.source).setAccessControl(ACL, ANNA);
  await writeFile(files, 'a/b.csv', 'x');
  await expectEqualLakes(lakes);
  await waitUntil('the root has its access', async () => (await accessOf(lakes.backup)).owner === 'anna');
  expect(await accessOf(lakes.backup)).toEqual(await accessOf(lakes.source));
  expect(await verify(environment.readyFile)).toEqual({ status: 0, found: [] });
});

test('verify names each difference of a root, entry by entry, and a full sync brings it in step', async () => {
  const unheard = await startUnheard({ hierarchical: true });
  const lakes = connectLakes(unheard.info);
  const files = lakes.source.getFileSystemClient('lake');
  await unheard.startWorker();
  await files.create();
  await writeFile(files, 'a/b.csv', 'x');
  await unheard.reconcile();
  expect(await verify(unheard.readyFile)).toEqual({ status: 0, found: [] });

  await rootOf(lakes.source).setAccessControl(ACL, ANNA);
  const { status, found } = await verify(unheard.readyFile);
  const place = { finding: 'difference', container: 'lake', path: '' };
  expect(status).toBe(3);
  expect(found).toEqual(
    expect.arrayContaining([
      { ...place, difference: 'owner', source: 'anna', backup: '$superuser' },
      { ...place, difference: 'group', source: 'staff', backup: '$superuser' },
      { ...place, difference: 'permissions', source: 'rwxr-x--x', backup: 'rwxr-x---' },
      { ...place, difference: 'acl', name: 'user:bob', source: 'r-x' },
      { ...place, difference: 'acl', name: 'default:user:bob', source: 'r-x' },
    ]),
  );

  unheard.requests.length = 0;
  const { run } = await unheard.reconcile();
  expect(run.counts.byVerdict).toEqual({ 'access-set': 1 });
  expect(run.samples.repaired).toEqual([{ container: 'lake', path: '', verdict: 'access-set' }]);
  expect(await accessOf(lakes.backup)).toEqual(await accessOf(lakes.source));
  expect(await verify(unheard.readyFile)).toEqual({ status: 0, found: [] });

  unheard.requests.length = 0;
  expect((await unheard.reconcile()).run.counts).toMatchObject({ nominated: 0, byVerdict: {} });
  const looks = unheard.requests.map(({ account, operation }) => `${account} ${operation}`);
  expect(looks.filter((each) => each.endsWith('Path_GetAccessControl')).toSorted()).toEqual([
    'backupaccount Path_GetAccessControl',
    'sourceaccount Path_GetAccessControl',
  ]);
});

test('without the right to set access a full sync excepts the root by name', async () => {
  const unheard = await startUnheard({
    hierarchical: true,
    intercept: {
      backup:
        () =>
        ({ url, headers }, response) => {
          const setsAccess = url?.includes('action=setAccessControl') === true || 'x-ms-acl' in headers;
          if (setsAccess)
            response.writeHead(403, { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }).end();
          return setsAccess;
        },
    },
  });
  const lakes = connectLakes(unheard.info);
  const files = lakes.source.getFileSystemClient('lake');
  await unheard.startWorker();
  await files.create();
  await rootOf(lakes.source).setAccessControl(ACL, ANNA);
  await writeFile(files, 'b.csv', 'x');
  const { run } = await unheard.reconcile();
  expect(run.samples.skipped).toContainEqual({
    container: 'lake',
    path: '',
    verdict: 'skipped',
    reason: 'access-not-permitted',
  });
  expect(run.samples.failed).toEqual([]);

  // Only the root is out of step.
  await rootOf(lakes.source).setAccessControl(NARROW, { owner: 'anna' });
  const again = await unheard.reconcile();
  expect(again.run.counts.skipped['access-not-permitted']).toBeGreaterThanOrEqual(1);
});
