import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const TESTS = ['test/**/*.test.ts'];
/** They have configurations of their own. */
const APART = ['test/clients/**', 'test/scale/**'];

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'full' ? withBudgets() : TESTS,
    exclude: APART,
    env: { TEST_BUDGET: mode === 'full' ? 'full' : 'small' },
    // For what hangs: on a machine that does much else, an environment takes a minute to come up.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Two cores: more workers only make the timings of the end-to-end tests worse.
    maxWorkers: 2,
  },
}));

/** The tests to which the budget makes a difference: those that import test/support/budgets.ts. */
function withBudgets(): string[] {
  return globSync(TESTS, { exclude: APART }).filter((file) =>
    /from '.*\/budgets\.(js|ts)'/.test(readFileSync(file, 'utf8')),
  );
}
