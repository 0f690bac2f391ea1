import { defineConfig } from 'vitest/config';

const CONDITIONS = ['blobmirror-source', 'node'];

/** Faults in the Bicep itself, compiled. Not a part of `npm test`, since not every machine has the compiler. */
export default defineConfig({
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS } },
  test: { include: ['test/bicep/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
});
