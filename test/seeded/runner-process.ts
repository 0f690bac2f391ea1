/**
 * The process of a `FaultRunner`: runs tests as it is asked to, with a fault or without one. What Vite made of the
 * sources is kept from one run to the next, all but those with the fault and what imports them. Each run has new
 * processes for its tests, so that nothing that they did reaches the next.
 */
import { join } from 'node:path';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';
import type { RunRequest, RunResult } from './fault-runner.ts';
import type { Report } from './judge-report.ts';
import { type Seed, putInFault } from './put-in-fault.ts';
import { seededConfig } from './seeded-config.ts';

const [root = '', isLoud] = process.argv.slice(2);
const seed: Seed = { fault: undefined, isLoaded: false };
const vitest = await createVitest(
  'test',
  { config: false, root, watch: false, bail: 1, reporters: isLoud === 'loud' ? ['default'] : [] },
  seededConfig(putInFault(seed, root)),
);
await vitest.standalone();
const all = await vitest.globTestSpecifications();

process.on('disconnect', () => {
  process.exit();
});
process.on('message', (request: RunRequest) => {
  void run(vitest, request).then((result) => process.send?.(result));
});
process.send?.('ready');

async function run({ state }: Vitest, { files, only, fault }: RunRequest): Promise<RunResult> {
  const wanted = new Set(files.map((file) => join(root, file)));
  const specifications = all.filter(({ moduleId }) => wanted.has(moduleId));
  vitest.setGlobalTestNamePattern(only ?? '');
  // Failures of an earlier run would end this one at once.
  state.filesMap.clear();
  state.idMap.clear();
  state.clearErrors();

  invalidate(fault?.path);
  Object.assign(seed, { fault, isLoaded: false });
  try {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    const errors = unhandledErrors.map((error) => String((error as { message?: unknown }).message));
    return {
      isLoaded: seed.isLoaded,
      missing: wanted.size - specifications.length,
      report: { errors, testResults: testModules.map(toResult) },
    };
  } finally {
    invalidate(fault?.path);
    seed.fault = undefined;
  }
}

function invalidate(path: string | undefined): void {
  if (path !== undefined) vitest.invalidateFile(join(root, path));
}

function toResult(module: TestModule): Report['testResults'][number] {
  return {
    name: module.moduleId,
    message: module.errors()[0]?.message ?? '',
    assertionResults: [...module.children.allTests()].map((test) => {
      const { state, errors } = test.result();
      return {
        fullName: test.fullName,
        status: state,
        failureMessages: errors?.map(({ stack, message }) => stack ?? message) ?? [],
      };
    }),
  };
}
