import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type ClientScene, startScene } from './support/client-scene.ts';
import { runTool } from './support/run-tool.ts';
import { AZCOPY } from './support/tools.ts';

let scene: ClientScene;

beforeAll(async () => {
  scene = await startScene();
  for (const name of ['files', 'copies']) await scene.environment.source.createContainer(name);
});

async function azcopy(...args: string[]): Promise<void> {
  await runTool(AZCOPY, [...args, '--output-level=essential', '--log-level=NONE'], {
    AZCOPY_LOG_LOCATION: scene.scratch,
    AZCOPY_JOB_PLAN_LOCATION: scene.scratch,
  });
}

test('a folder that azcopy copies is in the backup, with headers and metadata', async () => {
  const blobs = await scene.mirrors('azcopy copy', async () => {
    const options = [
      '--metadata=Owner=Ada;Project=mirror',
      '--cache-control=max-age=60',
      '--block-size-mb=1',
    ];
    await azcopy(
      'copy',
      `${scene.files}/*`,
      scene.url('files'),
      '--recursive',
      '--from-to=LocalBlob',
      ...options,
    );
  });
  expect(blobs).toBe(27);
  const page = scene.environment.backup.getContainerClient('files').getBlobClient('page.html');
  expect(await page.getProperties()).toMatchObject({
    contentType: expect.stringMatching(/^text\/html/) as string,
    cacheControl: 'max-age=60',
    metadata: { owner: 'Ada', project: 'mirror' },
  });
});

test('what azcopy sync overwrites and deletes is overwritten and deleted in the backup', async () => {
  await appendFile(join(scene.files, 'data.json'), ' changed');
  await rm(join(scene.files, 'many'), { recursive: true });
  const blobs = await scene.mirrors('azcopy sync', async () => {
    await azcopy('sync', scene.files, scene.url('files'), '--from-to=LocalBlob', '--delete-destination=true');
  });
  expect(blobs).toBe(7);
});

test('blobs that azcopy copies from account to account are in the backup, whole or in blocks', async () => {
  const blobs = await scene.mirrors('azcopy copy, service to service', async () => {
    const route = [scene.url('files/*'), scene.url('copies'), '--from-to=BlobBlob'];
    await azcopy('copy', ...route, '--recursive', '--block-size-mb=1', '--put-blob-size-mb=1');
  });
  expect(blobs).toBe(14);
});

test('what azcopy removes is removed from the backup', async () => {
  const blobs = await scene.mirrors('azcopy remove', async () => {
    await azcopy('remove', scene.url('copies'), '--recursive', '--from-to=BlobTrash');
  });
  expect(blobs).toBe(7);
});
