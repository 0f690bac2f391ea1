import { readFileSync } from 'node:fs';

/** The folder of package.json and host.json, seen from `dist/src/cli/`. */
export const PACKAGE_ROOT = new URL('../../../', import.meta.url);

export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as {
    version: string;
  };
  return version;
}
