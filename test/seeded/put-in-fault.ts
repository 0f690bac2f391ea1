import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { VitestPluginContext } from 'vitest/node';
import { type Fault, putIn } from './fault.ts';

/** The fault that is put in, and whether its source was loaded with it. */
export interface Seed {
  fault: Fault | undefined;
  isLoaded: boolean;
}

/** Puts a fault in while Vite loads its source, so that the files stay as they are. */
export function putInFault(seed: Seed, root: string): Plugin {
  const isSource = (id: string): boolean =>
    seed.fault !== undefined && id === join(root, seed.fault.path).replaceAll('\\', '/');
  return {
    name: 'put-in-fault',
    enforce: 'pre',
    configureVitest({ defineCacheKeyGenerator }: VitestPluginContext) {
      // The source with the fault never goes into the cache that other runs share, nor comes out of it.
      defineCacheKeyGenerator(({ id }) => (isSource(id) ? false : undefined));
    },
    transform(code, id) {
      if (seed.fault === undefined || !isSource(id)) return undefined;
      seed.isLoaded = true;
      return { code: putIn(seed.fault, code), map: null };
    },
  };
}
