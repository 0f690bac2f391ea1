import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration, type UserWorkspaceConfig } from 'vitest/config';
import config from '../../vitest.config.ts';
import { type SeededFault, putInFault } from './put-in-fault.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** They load sources in their own process. */
const IN_PROCESS: ReadonlySet<unknown> = new Set(['unit', 'contract', 'alone']);

/** The projects of `npm test`, with the fault of SEEDED_FAULT if there is one. `npm run seeded` starts it. */
export default defineConfig((env) => {
  const usual = config(env);
  const json = process.env['SEEDED_FAULT'];
  const plugins = json === undefined ? [] : [putInFault(JSON.parse(json) as SeededFault, ROOT)];
  const projects = (usual.test?.projects ?? []) as UserWorkspaceConfig[];
  return {
    ...usual,
    root: ROOT,
    test: {
      ...usual.test,
      projects: projects
        .filter(({ test }) => IN_PROCESS.has(test?.name))
        .map((project): TestProjectConfiguration => ({
          ...project,
          plugins,
          test: { ...project.test, maxWorkers: 1, testTimeout: 30_000, hookTimeout: 30_000 },
        })),
    },
  };
});
