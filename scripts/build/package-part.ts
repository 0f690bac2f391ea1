import { globSync, renameSync, rmSync } from 'node:fs';
import type { Part } from './stamps.ts';

const OUT = 'dist/package';

/** The bundle and what goes with it. The former one stays in its place until the new one is whole. */
export const packagePart: Part = {
  name: 'package',
  output: `${OUT}/cli/main.js`,
  entries: () =>
    [
      'host.json',
      'LICENSE',
      'src/cli/main.ts',
      'src/functions/*.ts',
      'scripts/build/*.ts',
      'dist/dashboard/**/*.*',
    ].flatMap(filesOf),
  build: async () => {
    const next = `${OUT}.next`;
    const { makePackage } = await import('./make-package.ts');
    remove(next);
    const inputs = await makePackage(next);
    remove(OUT);
    renameSync(next, OUT);
    return inputs.filter((file) => !file.includes('node_modules/') && !file.includes(':'));
  },
};

const filesOf = (pattern: string): string[] => globSync(pattern).map((file) => file.replaceAll('\\', '/'));

/** On Windows a file that is open, by a virus scanner perhaps, cannot be removed for a moment. */
function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
