import { fileURLToPath } from 'node:url';

/** The script of a process that is measured. It is bundled, so that no compiling of TypeScript is measured with it. */
export const bundled = (name: string): string =>
  fileURLToPath(new URL(`../dist/bundled/bench/${name}.js`, import.meta.url));

/** The `blobmirror` command, as users run it. */
export const COMMAND = fileURLToPath(new URL('../dist/package/cli/main.js', import.meta.url));
