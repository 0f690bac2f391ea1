import { defineConfig } from 'vitest/config';

/** The end-to-end suite, with workers whose host behaves as Azure Functions. Not a part of `npm test`, for its time. */
export default defineConfig({
  resolve: { conditions: ['blobmirror-source', 'node'] },
  ssr: { resolve: { conditions: ['blobmirror-source', 'node'] } },
  test: {
    include: ['test/e2e/**/*.test.ts'],
    env: { FUNCTIONS_HOST_BEHAVIOR: 'azure', TEST_BUDGET: 'small' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 4,
  },
});
