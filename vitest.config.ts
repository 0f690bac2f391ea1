import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/clients/**', 'test/scale/**'],
    // For what hangs: on a machine that does much else, an environment takes a minute to come up.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the timings of the end-to-end tests worse.
    maxWorkers: 2,
  },
});
