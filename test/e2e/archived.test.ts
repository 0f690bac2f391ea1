import { describe, expect, test } from 'vitest';
import type { ContainerClient } from '@azure/storage-blob';
import { compareListings } from './support/expect-equal-accounts.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { waitUntil } from './support/wait-until.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `dir/blob ${i}`);

/**
 * Azure and the embedded storage both refuse to overwrite a blob in the archive tier: a mirror that takes the
 * refusal for a lost race never gets past it (rclone#3982, rclone#4819).
 */
describe.each([
  ['by a rule of the backup account', {}],
  ['by BLOBMIRROR_TIER', { BLOBMIRROR_TIER: 'Archive' }],
])('twenty blobs that were archived on the backup %s', (_, env) => {
  test('are mirrored when they are overwritten, given other metadata, or deleted and uploaded again', async () => {
    const environment = await startEnvironment([], { env });
    const source = environment.source.getContainerClient('docs');
    const backup = environment.backup.getContainerClient('docs');
    await source.create();
    await upload(source, (name) => `first ${name}`);
    await untilInStep(environment);
    await archive(backup);

    await upload(source, (name) => `second ${name}`);
    await untilInStep(environment);
    await archive(backup);

    await upload(source, (name) => `second ${name}`, { CamelCase: 'x' });
    await untilInStep(environment);
    await archive(backup);

    for (const name of NAMES) await source.deleteBlob(name);
    await upload(source, (name) => `third ${name}`);
    await untilInStep(environment);
    for (const name of NAMES) {
      const [from, to] = [source.getBlobClient(name), backup.getBlobClient(name)];
      const [wanted, has] = [await from.getProperties(), await to.getProperties()];
      expect(has.contentMD5).toEqual(wanted.contentMD5);
      expect(has.contentLength).toBe(wanted.contentLength);
    }
    const staged = await Array.fromAsync(backup.listBlobsFlat({ prefix: '.blobmirror/staging/' }));
    expect(staged).toEqual([]);
  });
});

async function upload(
  container: ContainerClient,
  contentOf: (name: string) => string,
  metadata: Record<string, string> = {},
): Promise<void> {
  for (const name of NAMES) {
    const content = contentOf(name);
    await container.getBlockBlobClient(name).upload(content, content.length, { metadata });
  }
}

/** As a lifecycle rule of the account would. */
async function archive(container: ContainerClient): Promise<void> {
  for (const name of NAMES) await container.getBlobClient(name).setAccessTier('Archive');
}

async function untilInStep(environment: RunningEnvironment): Promise<void> {
  let differences: string[] = [];
  await waitUntil(
    'the backup lists what the source lists',
    async () => (differences = await compareListings(environment)).length === 0,
    { every: 100, saw: () => differences.join(', ') },
  );
}
