import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The script of the command. Its folder is a neighbour of this module's, as a source and bundled alike. */
export const MAIN_SCRIPT = new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url);

/** The folder of package.json and host.json: the repository's for the sources, the deployed one for the bundle. */
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
    if (above.href === folder.href) throw new Error('blobmirror lies in no package');
    folder = above;
  }
  return folder;
}
