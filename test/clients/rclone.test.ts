import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type ClientScene, startScene } from './support/client-scene.ts';
import { runTool } from './support/run-tool.ts';
import { RCLONE } from './support/tools.ts';

let scene: ClientScene;

beforeAll(async () => {
  scene = await startScene();
});

async function rclone(...args: string[]): Promise<void> {
  await runTool(RCLONE, args, {
    RCLONE_CONFIG: join(scene.scratch, 'rclone.conf'),
    RCLONE_CONFIG_SOURCE_TYPE: 'azureblob',
    RCLONE_CONFIG_SOURCE_SAS_URL: `${scene.environment.info.source.blobEndpoint}?${scene.sas}`,
  });
}

test('a folder that rclone copies is in the backup, in a container that rclone made', async () => {
  const blobs = await scene.mirrors('rclone copy', async () => {
    await rclone('copy', scene.files, 'SOURCE:files', '--azureblob-chunk-size=4Mi');
  });
  expect(blobs).toBe(27);
  const page = scene.environment.backup.getContainerClient('files').getBlobClient('page.html');
  expect(await page.getProperties()).toMatchObject({
    contentType: expect.stringMatching(/^text\/html/) as string,
    // Where rclone keeps the time of the file.
    metadata: { mtime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string },
  });
});

test('what rclone sync overwrites and deletes is overwritten and deleted in the backup', async () => {
  await appendFile(join(scene.files, 'data.json'), ' changed');
  await rm(join(scene.files, 'many'), { recursive: true });
  const blobs = await scene.mirrors('rclone sync', async () => {
    await rclone('sync', scene.files, 'SOURCE:files');
  });
  expect(blobs).toBe(7);
});

test('what rclone deletes is deleted in the backup', async () => {
  const blobs = await scene.mirrors('rclone delete', async () => {
    await rclone('delete', 'SOURCE:files', '--include=*.txt');
  });
  expect(blobs).toBe(4);
});
