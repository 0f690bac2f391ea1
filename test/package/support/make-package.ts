import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../../dist/package', import.meta.url));

/** The package as it was built, in a folder of its own from which no node_modules can be reached. */
export async function makePackage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-package-'));
  await cp(BUILT, folder, { recursive: true, filter: (path) => !path.endsWith('.compile-cache') });
  return folder;
}
