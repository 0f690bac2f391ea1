import { defineConfig } from 'vitest/config';

/** What takes minutes because there is so much of it. Not a part of `npm test`, which tries the same with less. */
export default defineConfig({
  test: {
    include: ['test/scale/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
