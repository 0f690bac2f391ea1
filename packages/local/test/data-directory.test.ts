import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { recordAccountKind } from '../src/data-directory.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(async () => rm(directory, { recursive: true, force: true }));
  return directory;
}

const refused = { code: 'setting-invalid' };

test('a data directory keeps the kind of accounts of its first start', async () => {
  for (const hierarchical of [false, true]) {
    const directory = await temporaryDirectory();
    await recordAccountKind(directory, hierarchical);
    await recordAccountKind(directory, hierarchical);
    await expect(recordAccountKind(directory, !hierarchical)).rejects.toMatchObject(refused);
  }
});

test('a data directory without a recorded kind holds flat accounts', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'storage'));
  await expect(recordAccountKind(directory, true)).rejects.toMatchObject(refused);
  await recordAccountKind(directory, false);
});
