import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { VitestPluginContext } from 'vitest/node';
import { type Fault, putIn } from './fault.ts';

/** What a process of tests is told in its environment: `SEEDED_FAULT`, as JSON. */
export interface SeededFault extends Fault {
  /** A file that is written when the source is loaded with the fault. */
  readonly loaded: string;
}

/** Puts a fault in while Vite loads its source, so that the files stay as they are. */
export function putInFault(fault: SeededFault, root: string): Plugin {
  const id = join(root, fault.path).replaceAll('\\', '/');
  return {
    name: 'put-in-fault',
    enforce: 'pre',
    configureVitest({ defineCacheKeyGenerator }: VitestPluginContext) {
      // The source with the fault never goes into the cache that other processes share, nor comes out of it.
      defineCacheKeyGenerator((module) => (module.id === id ? false : undefined));
    },
    transform(code, module) {
      if (module !== id) return undefined;
      writeFileSync(fault.loaded, '');
      return { code: putIn(fault, code), map: null };
    },
  };
}
