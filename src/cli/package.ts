import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The script of the command. It is at the same place relative to this module in the sources and in the bundle. */
export const MAIN_SCRIPT = new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url);

/** The folder of package.json and host.json: the root of the repository, or of the bundle. */
export const PACKAGE_ROOT = findPackageRoot();

export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as {
    version: string;
  };
  return version;
}

function findPackageRoot(): URL {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('../', folder);
    if (above.href === folder.href) throw new Error('no package.json above the code of blobmirror');
    folder = above;
  }
  return folder;
}
