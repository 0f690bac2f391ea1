import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const [RESOLVER, SCRIPT] = ['test/host/support/resolve-typescript.ts', 'scripts/package.ts'].map((file) =>
  fileURLToPath(new URL(`../../../${file}`, import.meta.url)),
) as [string, string];

/** The package, in a folder of its own from which no node_modules can be reached. */
export async function makePackage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-package-'));
  await promisify(execFile)(process.execPath, ['--import', RESOLVER, SCRIPT, folder]);
  return folder;
}
