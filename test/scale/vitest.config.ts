import { defineConfig } from 'vitest/config';

/** What takes minutes because there is so much of it. Not a part of `npm test`, which tries the same with less. */
export default defineConfig({
  test: {
    include: ['test/scale/**/*.test.ts'],
    env: { TEST_WAIT_MS: '1500000' },
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
