import { globSync, readFileSync } from 'node:fs';
import { configDefaults, defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const TESTS = ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
/** They have configurations of their own. */
const APART = ['test/bicep/**', 'test/clients/**', 'test/scale/**'];

/** The ports on the real SDKs and protocols, and the embedded environment, within the process of the tests. */
const CONTRACT = ['test/{azure,hostile,local}/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
const BROWSER = ['test/browser/**/*.test.ts'];
/** What starts processes of the built package, and waits for them. */
const PROCESSES = ['test/e2e/**/*.test.ts'];
/**
 * What needs a process of its own: registrations of functions, meters and patches are made once in a process, and
 * tests of commands replace what belongs to the process.
 */
const ALONE = [
  'test/{chaos,cli,functions,functions-host,host,http,package,telemetry,wiring}/**/*.test.ts',
  'test/azure/**/{open-pipeline,service-version}.test.ts',
  'packages/local/test/**/correct-handlers.test.ts',
];

/** Tests run the sources of the workspaces, not what was built of them. */
const CONDITIONS = ['blobmirror-source', 'node'];
const FROM_SOURCES = { resolve: { conditions: CONDITIONS }, ssr: { resolve: { conditions: CONDITIONS } } };

/** For two cores: half of the files wait, for processes or for time, while the others compute. */
const WORKERS = 4;
/** One process for many files, which import the SDKs once: half the processor time. */
const TOGETHER = { isolate: false };

export default defineConfig(({ mode }) => {
  const isFull = mode === 'full';
  const skipped = [...configDefaults.exclude, ...APART, ...(isFull ? withoutBudgets() : [])];

  function project(
    name: string,
    include: string[],
    { exclude = [], ...options }: { exclude?: string[]; isolate?: boolean; setupFiles?: string[] } = {},
  ): TestProjectConfiguration {
    return {
      ...FROM_SOURCES,
      test: {
        name,
        include,
        exclude: [...skipped, ...exclude],
        env: { TEST_BUDGET: isFull ? 'full' : 'small' },
        // A test that asserts nothing passes whatever happens.
        expect: { requireAssertions: true },
        // For what hangs, and longer than any wait (PATIENCE_MS): on a busy machine an environment takes a minute to
        // come up.
        testTimeout: 600_000,
        hookTimeout: 600_000,
        maxWorkers: WORKERS,
        ...options,
      },
    };
  }

  const elsewhere = [...CONTRACT, ...PROCESSES, ...ALONE, ...BROWSER];
  return {
    ...FROM_SOURCES,
    test: {
      sequence: { sequencer: LongestFirst },
      projects: [
        project('e2e', PROCESSES, { ...TOGETHER, setupFiles: ['test/e2e/support/end-each-file.ts'] }),
        project('alone', ALONE),
        project('browser', BROWSER),
        project('contract', CONTRACT, { ...TOGETHER, exclude: ALONE }),
        project('unit', TESTS, { ...TOGETHER, exclude: elsewhere }),
      ],
    },
  };
});

/** The tests to which the budget makes no difference: those that do not import test/support/budgets.ts. */
function withoutBudgets(): string[] {
  return globSync(TESTS).filter((file) => !/from '.*\/budgets\.ts'/.test(readFileSync(file, 'utf8')));
}
