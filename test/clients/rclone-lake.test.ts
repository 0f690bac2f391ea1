import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../e2e/support/temporary-directory.ts';
import { expectEqualFolders } from './support/expect-equal-folders.ts';
import { type LakeScene, startLakeScene } from './support/lake-scene.ts';
import { runTool } from './support/run-tool.ts';
import { RCLONE } from './support/tools.ts';

let scene: LakeScene;

beforeAll(async () => {
  scene = await startLakeScene();
});

async function rclone(...args: string[]): Promise<void> {
  await runTool(RCLONE, args, {
    RCLONE_CONFIG: join(scene.scratch, 'rclone.conf'),
    RCLONE_CONFIG_SOURCE_TYPE: 'azureblob',
    RCLONE_CONFIG_SOURCE_SAS_URL: `${scene.info.source.blobEndpoint}?${scene.sas}`,
  });
}

test('a folder that rclone copies to hierarchical accounts and back is the same', async () => {
  await rclone('copy', scene.files, 'SOURCE:files', '--azureblob-chunk-size=4Mi');
  expect(await scene.paths('files')).toEqual(expect.arrayContaining(['many', 'sub', 'sub/folder']));
  const folder = await temporaryDirectory();
  await rclone('copy', 'SOURCE:files', folder);
  await expectEqualFolders(folder, scene.files);
});

test('what rclone sync and rclone delete take is gone, with the directories left', async () => {
  await rm(join(scene.files, 'many'), { recursive: true });
  await rclone('sync', scene.files, 'SOURCE:files');
  await rclone('delete', 'SOURCE:files', '--include=*.{txt,bin}');
  expect(await scene.paths('files')).toEqual([
    'data.json',
    'empty',
    'many',
    'page.html',
    'sub',
    'sub/folder',
  ]);
});
