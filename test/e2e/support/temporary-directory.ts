import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEndOfFile } from './end-of-file.ts';

const made: string[] = [];

/** An empty directory that is removed when the tests of the file are over. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-e2e-'));
  made.push(directory);
  return directory;
}

atEndOfFile(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});
