import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../e2e/support/temporary-directory.ts';
import { expectEqualFolders } from './support/expect-equal-folders.ts';
import { type LakeScene, startLakeScene } from './support/lake-scene.ts';
import { runTool } from './support/run-tool.ts';
import { AZCOPY } from './support/tools.ts';

let scene: LakeScene;

beforeAll(async () => {
  scene = await startLakeScene();
  for (const name of ['files', 'copies', 'blobs']) await scene.source.getFileSystemClient(name).create();
  await mkdir(join(scene.files, 'empty folder'));
});

async function azcopy(...args: string[]): Promise<void> {
  await runTool(AZCOPY, [...args, '--output-level=essential', '--log-level=NONE'], {
    AZCOPY_LOG_LOCATION: scene.scratch,
    AZCOPY_JOB_PLAN_LOCATION: scene.scratch,
  });
}

async function download(fileSystem: string): Promise<string> {
  const folder = await temporaryDirectory();
  await azcopy('copy', scene.url(`${fileSystem}/*`), folder, '--recursive', '--from-to=BlobFSLocal');
  return folder;
}

test('a folder that azcopy copies to the Data Lake API and back is the same, empty folders too', async () => {
  const options = ['--recursive', '--from-to=LocalBlobFS', '--block-size-mb=1'];
  await azcopy('copy', `${scene.files}/*`, scene.url('files'), ...options);
  expect(await scene.paths('files')).toContain('empty folder');
  await expectEqualFolders(await download('files'), scene.files);
});

test('what azcopy copies with permissions between file systems has the same access control lists', async () => {
  const sub = scene.source.getFileSystemClient('files').getDirectoryClient('sub');
  const all = { read: true, write: true, execute: true };
  const bob = { defaultScope: false, accessControlType: 'user', entityId: 'bob', permissions: all } as const;
  await sub.updateAccessControlRecursive([bob]);
  const route = [scene.url('files/*'), scene.url('copies'), '--from-to=BlobFSBlobFS'];
  await azcopy('copy', ...route, '--recursive', '--preserve-permissions');
  expect(await scene.paths('copies')).toEqual(await scene.paths('files'));
  for (const path of ['sub', 'sub/folder', 'sub/folder/deep.txt', 'empty folder']) {
    const [there, copy] = await Promise.all(
      ['files', 'copies'].map(async (name) =>
        scene.source.getFileSystemClient(name).getFileClient(path).getAccessControl(),
      ),
    );
    expect(copy?.acl).toEqual(there?.acl);
    expect(copy?.acl.some(({ entityId }) => entityId === 'bob')).toBe(path.startsWith('sub'));
  }
});

test('what azcopy sync deletes and azcopy remove takes is gone', async () => {
  await rm(join(scene.files, 'many'), { recursive: true });
  await azcopy('sync', scene.files, scene.url('files'), '--from-to=LocalBlobFS', '--delete-destination=true');
  await azcopy('remove', scene.url('files/sub'), '--recursive', '--from-to=BlobFSTrash');
  await rm(join(scene.files, 'sub'), { recursive: true });
  const left = await download('files');
  // Sync deletes files, and leaves the directory that they were in.
  await rm(join(left, 'many'), { recursive: true, force: true });
  await expectEqualFolders(left, scene.files);
});

test('azcopy uploads, syncs and removes by the Blob API, with folder stubs as directories', async () => {
  const options = ['--recursive', '--from-to=LocalBlob', '--include-directory-stub'];
  await azcopy('copy', `${scene.files}/*`, scene.url('blobs'), ...options);
  const empty = scene.source.getFileSystemClient('blobs').getDirectoryClient('empty folder');
  expect((await empty.getProperties()).metadata).toMatchObject({ hdi_isfolder: 'true' });
  await expectEqualFolders(await download('blobs'), scene.files);
  await rm(join(scene.files, 'data.json'));
  await azcopy('sync', scene.files, scene.url('blobs'), '--from-to=LocalBlob', '--delete-destination=true');
  await expectEqualFolders(await download('blobs'), scene.files);
  await azcopy('remove', scene.url('blobs'), '--recursive', '--from-to=BlobTrash');
  expect(await scene.paths('blobs')).toEqual([]);
});
