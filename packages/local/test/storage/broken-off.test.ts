import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { startTwoAccounts } from '../support/two-accounts.ts';
import { waitFor } from '../support/wait-for.ts';

/** How many of this process's open files are in a folder; the server is in this process. Linux. */
async function openFilesIn(folder: string): Promise<number> {
  const handles = await readdir('/proc/self/fd');
  const files = await Promise.all(
    handles.map(async (handle) => await readlink(`/proc/self/fd/${handle}`).catch(() => '')),
  );
  return files.filter((file) => file.startsWith(folder)).length;
}

it('a download that the client breaks off closes its file', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(async () => await rm(dataDirectory, { recursive: true, force: true }));
  const { source } = await startTwoAccounts({ dataDirectory });
  const blob = source.getBlockBlobClient('large');
  const size = 32 * 1024 * 1024;
  await blob.upload(Buffer.alloc(size, 1), size);
  for (let round = 0; round < 5; round++) {
    const { readableStreamBody } = await blob.download();
    if (readableStreamBody === undefined) throw new Error('a download has a body');
    await once(readableStreamBody, 'data');
    Reflect.apply(Reflect.get(readableStreamBody, 'destroy') as () => void, readableStreamBody, []);
  }
  const contents = join(dataDirectory, 'contents');
  await waitFor(async () => expect(await openFilesIn(contents)).toBe(0));
});
