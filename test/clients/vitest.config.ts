import { defineConfig } from 'vitest/config';

/** Real clients against a real environment. Not a part of `npm test`, since not every machine has the tools. */
export default defineConfig({
  // Storage that a test starts itself is run from its sources.
  ssr: { resolve: { conditions: ['blobmirror-source', 'node'] } },
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: ['test/clients/support/prepare-tools.ts'],
    env: { TEST_WAIT_MS: '250000' },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
