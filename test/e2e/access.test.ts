import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import type { DataLakeFileSystemClient, PathAccessControlItem } from '@azure/storage-file-datalake';
import { expect, test } from 'vitest';
import { toAccessControl, toPermissions } from '../../src/azure/lake/access-control.ts';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { connectLakes, type Lakes } from './support/lakes.ts';
import { untilQueueDrained } from './support/queue-counts.ts';
import { startEnvironment, startWorker } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeFile } from './support/write-files.ts';

const TEAM = toAccessControl(
  'user::rwx,group::r-x,other::---,default:user::rwx,default:user:alice:r-x,default:group::r-x,default:mask::r-x,default:other::---',
);
const ALICE = toAccessControl('user::rw-,user:alice:r--,group::r--,mask::r--,other::---');

/**
 * A tree with every kind of access: by default, inherited, set on a file and on a directory, with a sticky
 * bit.
 */
async function writeTree(files: DataLakeFileSystemClient): Promise<void> {
  await files.create();
  await files.getDirectoryClient('team').create({ acl: TEAM, owner: 'bob', group: 'staff' });
  await writeFile(files, 'team/reports/inherits.csv', 'a');
  await writeFile(files, 'team/own.csv', 'b');
  await files.getFileClient('team/own.csv').setAccessControl(ALICE, { owner: 'alice', group: 'finance' });
  const shared = files.getDirectoryClient('shared');
  await shared.create({ permissions: 'rwxrwx--T', umask: '0000' });
  await writeFile(files, 'shared/plain.csv', 'c');
}

const aclOf = async ({ backup }: Lakes, path: string): Promise<PathAccessControlItem[]> =>
  (await backup.getFileSystemClient('lake').getFileClient(path).getAccessControl()).acl;

/** Sends an event of each path again, as Event Grid does when it is not sure that one was delivered. */
async function sendEvents({ source, serviceBus }: ReadyFile, paths: readonly string[]): Promise<void> {
  const client = new ServiceBusClient(serviceBus.connectionString);
  const sender = client.createSender(serviceBus.eventsQueue);
  for (const path of paths) {
    const body = {
      topic: `/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/${source.accountName}`,
      subject: `/blobServices/default/containers/lake/blobs/${path}`,
      eventType: 'Microsoft.Storage.BlobCreated',
      id: randomUUID(),
      eventTime: new Date().toISOString(),
      data: { api: 'FlushWithClose', url: `${source.blobEndpoint}/lake/${path}` },
      dataVersion: '',
      metadataVersion: '1',
    };
    await sender.sendMessages({ body, messageId: randomUUID() });
  }
  await client.close();
}

test('owner, group, access lists, inherited access and the sticky bit are mirrored with files and directories', async () => {
  const environment = await startEnvironment(['--hns', '--no-worker']);
  const lakes = connectLakes(environment.info);
  await writeTree(lakes.source.getFileSystemClient('lake'));
  await startWorker(environment.readyFile);

  expect(await expectEqualLakes(lakes)).toBe(6);
  const shared = await lakes.backup
    .getFileSystemClient('lake')
    .getDirectoryClient('shared')
    .getAccessControl();
  expect(shared.permissions?.stickyBit).toBe(true);
  expect(await aclOf(lakes, 'team/reports/inherits.csv')).toContainEqual(
    expect.objectContaining({ accessControlType: 'user', entityId: 'alice' }),
  );
});

test('access that is set on mirrored files and directories raises no event, and is mirrored by the next check of each', async () => {
  const environment = await startEnvironment(['--hns', '--no-worker']);
  const lakes = connectLakes(environment.info);
  const files = lakes.source.getFileSystemClient('lake');
  await writeTree(files);
  await startWorker(environment.readyFile);
  const paths = await expectEqualLakes(lakes);
  await untilQueueDrained(environment.info.serviceBus);

  await files.getFileClient('shared/plain.csv').setAccessControl(ALICE, { owner: 'alice' });
  await files.getDirectoryClient('shared').setPermissions(toPermissions('rwxr-x--t'));
  await files.getDirectoryClient('team').setAccessControlRecursive(TEAM);
  await untilQueueDrained(environment.info.serviceBus);
  expect(await aclOf(lakes, 'shared/plain.csv')).toHaveLength(3);

  await sendEvents(environment.info, [
    'shared',
    'shared/plain.csv',
    'team',
    'team/own.csv',
    'team/reports',
    'team/reports/inherits.csv',
  ]);
  expect(await expectEqualLakes(lakes)).toBe(paths);
});

test('without the right to set access, everything is mirrored without it after one attempt, and the log says so once for each', async () => {
  const environment = await startEnvironment(['--hns', '--no-worker']);
  const lakes = connectLakes(environment.info);
  await lakes.source.getFileSystemClient('lake').create();
  let refused = 0;
  const worker = await startProxiedWorker(environment, ({ url, headers }, response) => {
    const setsAccess = url?.includes('action=setAccessControl') === true || 'x-ms-acl' in headers;
    if (!setsAccess) return false;
    refused++;
    response.writeHead(403, { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }).end();
    return true;
  });
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    const blob = lakes.blobs.source.getContainerClient('lake').getBlockBlobClient(name);
    await blob.upload(name, 1);
    const copy = lakes.backup.getFileSystemClient('lake').getFileClient(name);
    await waitUntil(`${name} is mirrored`, async () => String(await copy.readToBuffer()) === name);
  }
  await untilQueueDrained(environment.info.serviceBus);
  expect(refused).toBe(1);
  const said = worker.logged('mirrored without its access').map(({ key, access }) => [key, access]);
  expect(said).toEqual(names.map((name) => [`lake/${name}`, 'not-permitted']));
});
