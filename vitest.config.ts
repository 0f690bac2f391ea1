import { globSync, readFileSync } from 'node:fs';
import { configDefaults, defineConfig, type TestProjectConfiguration } from 'vitest/config';

const TESTS = ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
/** They have configurations of their own. */
const APART = ['test/clients/**', 'test/scale/**'];

/** The ports on the real SDKs and protocols, and the embedded environment, within the process of the tests. */
const CONTRACT = ['test/{azure,hostile}/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
const BROWSER = ['test/browser/**/*.test.ts'];
/** What starts processes. */
const PROCESSES = ['test/{e2e,chaos,package,cli}/**/*.test.ts'];
/**
 * What needs a process of its own: registrations of functions, meters and patches are made once in a process, and
 * cleaning up is registered by the first import of `test/e2e/support`.
 */
const ALONE = [
  'test/{functions,host,http,telemetry,wiring}/**/*.test.ts',
  'test/azure/**/{open-pipeline,service-version}.test.ts',
  'packages/local/test/**/correct-handlers.test.ts',
];

/** Tests run the sources of the workspaces, not what was built of them. */
const CONDITIONS = ['blobmirror-source', 'node'];
const FROM_SOURCES = { resolve: { conditions: CONDITIONS }, ssr: { resolve: { conditions: CONDITIONS } } };

// For two cores. What computes keeps both busy; what waits for processes leaves them to others.
const COMPUTES = { maxWorkers: 2, sequence: { groupOrder: 1 } };
const WAITS = { maxWorkers: 4, sequence: { groupOrder: 2 } };
/** One process for many files, which import the SDKs once: half the processor time. */
const TOGETHER = { isolate: false };

export default defineConfig(({ mode }) => {
  const isFull = mode === 'full';
  const skipped = [...configDefaults.exclude, ...APART, ...(isFull ? withoutBudgets() : [])];

  function project(
    name: string,
    include: string[],
    { exclude = [], ...options }: { exclude?: string[]; isolate?: boolean; maxWorkers: number },
  ): TestProjectConfiguration {
    return {
      ...FROM_SOURCES,
      test: {
        name,
        include,
        exclude: [...skipped, ...exclude],
        env: { TEST_BUDGET: isFull ? 'full' : 'small' },
        // For what hangs: on a machine that does much else, an environment takes a minute to come up.
        testTimeout: 300_000,
        hookTimeout: 300_000,
        ...options,
      },
    };
  }

  const elsewhere = [...CONTRACT, ...PROCESSES, ...ALONE, ...BROWSER];
  return {
    ...FROM_SOURCES,
    test: {
      projects: [
        project('unit', TESTS, { ...COMPUTES, ...TOGETHER, exclude: elsewhere }),
        project('contract', CONTRACT, { ...COMPUTES, ...TOGETHER, exclude: ALONE }),
        project('e2e', [...PROCESSES, ...ALONE], WAITS),
        project('browser', BROWSER, WAITS),
      ],
    },
  };
});

/** The tests to which the budget makes no difference: those that do not import test/support/budgets.ts. */
function withoutBudgets(): string[] {
  return globSync(TESTS).filter((file) => !/from '.*\/budgets\.ts'/.test(readFileSync(file, 'utf8')));
}
