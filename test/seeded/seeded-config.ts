import type { Plugin } from 'vite';
import type { TestProjectConfiguration, UserWorkspaceConfig, ViteUserConfig } from 'vitest/config';
import config from '../../vitest.config.ts';

/** They load sources in their own process. */
const IN_PROCESS: ReadonlySet<unknown> = new Set(['unit', 'contract', 'alone']);

/** The projects of `npm test` in which a fault can be put, with the plugin that puts it in. */
export function seededConfig(plugin: Plugin): ViteUserConfig {
  const usual = config({ mode: 'test', command: 'serve' });
  const projects = (usual.test?.projects ?? []) as UserWorkspaceConfig[];
  return {
    ...usual,
    test: {
      ...usual.test,
      projects: projects
        .filter(({ test }) => IN_PROCESS.has(test?.name))
        .map((project): TestProjectConfiguration => ({
          ...project,
          plugins: [plugin],
          test: {
            ...project.test,
            // A wait that ends fails the test, which a test that hangs does not.
            env: { ...project.test?.env, TEST_WAIT_MS: '10000' },
            maxWorkers: 1,
            testTimeout: 30_000,
            hookTimeout: 30_000,
          },
        })),
    },
  };
}
