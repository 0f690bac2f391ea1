import { readFileSync } from 'node:fs';

/** The folder of package.json and host.json, seen from `dist/src/cli/`. */
export const PACKAGE_ROOT = new URL('../../../', import.meta.url);

export function readVersion(): string {
  return (readJson('package.json') as { version: string }).version;
}

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, PACKAGE_ROOT), 'utf8'));
}
