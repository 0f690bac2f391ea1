import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Storage, startStorage } from '@blobmirror/local';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { temporaryDirectory } from '../e2e/support/temporary-directory.ts';
import { runTool } from './support/run-tool.ts';
import { AZ } from './support/tools.ts';
import { tryTool } from './support/try-tool.ts';

let scratch: string;

beforeAll(async () => {
  tryTool(AZ, ['version'], 'az is missing: run "apt-get install azure-cli"');
  scratch = await temporaryDirectory();
});

async function start(hierarchical: boolean): Promise<Storage> {
  const account = { name: 'account', key: Buffer.alloc(32, 1).toString('base64') };
  const history = { versioning: !hierarchical, blobRetentionDays: 7, containerRetentionDays: 7 };
  const storage = await startStorage({ port: 0, accounts: [{ ...account, ...history }], hierarchical });
  onTestFinished(async () => await storage.stop());
  await containerOf(storage).create();
  await containerOf(storage).getBlockBlobClient('a').upload('one', 3);
  return storage;
}

function containerOf(storage: Storage): ContainerClient {
  const connection = storage.connectionString('account').replace(/DfsEndpoint=[^;]*;/, '');
  return BlobServiceClient.fromConnectionString(connection).getContainerClient('docs');
}

/** One command of `az storage`, which takes a second of a processor. */
async function az<Answer>(storage: Storage, command: string, ...args: string[]): Promise<Answer> {
  const output = await runTool(AZ, ['storage', ...command.split(' '), ...args, '--output=json'], {
    AZURE_STORAGE_CONNECTION_STRING: storage.connectionString('account'),
    AZURE_CONFIG_DIR: scratch,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_CORE_ONLY_SHOW_ERRORS: 'yes',
  });
  return (output.trim() === '' ? undefined : JSON.parse(output)) as Answer;
}

interface Listed {
  readonly name: string;
  readonly versionId: string | null;
  readonly isCurrentVersion: boolean | null;
  readonly deleted: boolean | null;
}

test('az lists and restores versions', async () => {
  const storage = await start(false);
  const docs = '--container-name=docs';
  await az(storage, 'blob metadata update', docs, '--name=a', '--metadata', 'colour=blue');
  const versions = await az<Listed[]>(storage, 'blob list', docs, '--include=v');
  expect(versions.map((each) => each.isCurrentVersion)).toEqual([null, true]);
  await az(storage, 'blob delete', docs, '--name=a');
  expect(await az<Listed[]>(storage, 'blob list', docs)).toEqual([]);
  // What az cannot do: it has no parameter for the version.
  await containerOf(storage)
    .getBlobClient('a')
    .withVersion(versions[0]?.versionId ?? '')
    .delete();
  const all = await az<Listed[]>(storage, 'blob list', docs, '--include=dv');
  expect(all.map(({ deleted }) => deleted)).toEqual([true, null]);
  await az(storage, 'blob undelete', docs, '--name=a');
  const restored = await az<Listed[]>(storage, 'blob list', docs, '--include=dv');
  expect(restored.map(({ deleted }) => deleted)).toEqual([null, null]);
});

test('az switches soft delete on, and restores blobs and containers', async () => {
  const storage = await start(false);
  const policy = ['--enable=true', '--days-retained=9'];
  await az(storage, 'blob service-properties delete-policy update', ...policy);
  expect(await az(storage, 'blob service-properties delete-policy show')).toMatchObject({
    enabled: true,
    days: 9,
  });
  await az(storage, 'container delete', '--name=docs');
  const [deleted] = await az<{ version: string }[]>(storage, 'container list', '--include-deleted');
  await az(storage, 'container restore', '--name=docs', `--deleted-version=${deleted?.version}`);
  expect(await az<Listed[]>(storage, 'blob list', '--container-name=docs')).toMatchObject([{ name: 'a' }]);
});

test('az lists and restores deleted paths', async () => {
  const storage = await start(true);
  const docs = '--file-system=docs';
  await az(storage, 'fs file delete', docs, '--path=a', '--yes');
  const deleted = await az<{ name: string; deletionId: string }[]>(storage, 'fs list-deleted-path', docs);
  expect(deleted).toMatchObject([{ name: 'a' }]);
  const id = `--deletion-id=${deleted[0]?.deletionId}`;
  await az(storage, 'fs undelete-path', docs, '--deleted-path-name=a', id);
  expect(await az(storage, 'fs file show', docs, '--path=a')).toMatchObject({ name: 'a', size: 3 });
});
