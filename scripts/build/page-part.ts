import { relative } from 'node:path';
import type { Plugin } from 'vite';
import type { Part } from './stamps.ts';

/** The page at `/`, built by Vite as vite.config.ts says. */
export const pagePart: Part = {
  name: 'page',
  output: 'dist/dashboard/index.html',
  entries: () => ['vite.config.ts', 'scripts/build/page-part.ts', 'src/dashboard/index.html'],
  build: async () => {
    const { build } = await import('vite');
    const modules = new Set<string>();
    await build({ plugins: [collectModules(modules)] });
    return modules;
  },
};

function collectModules(modules: Set<string>): Plugin {
  return {
    name: 'collect-modules',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const file = relative('.', id.split('?')[0] ?? id).replaceAll('\\', '/');
        if (!id.startsWith('\0') && !file.includes('node_modules/')) modules.add(file);
      }
    },
  };
}
