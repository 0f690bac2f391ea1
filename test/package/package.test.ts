import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { FunctionMetadata } from '../../src/host/functions-core.ts';
import { loadRegistrations } from '../../src/host/load-registrations.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { makePackage } from './support/make-package.ts';

const LIST = fileURLToPath(new URL('./support/list-registrations.ts', import.meta.url));
const FUNCTIONS = fileURLToPath(new URL('../../src/functions/*.ts', import.meta.url));
const MAX_BYTES = 10 * 1024 * 1024;

interface Listed {
  readonly functions: readonly { readonly metadata: FunctionMetadata; readonly hasHandler: boolean }[];
}

let folder: string;

beforeAll(async () => {
  folder = await makePackage();
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Loads it with nothing at hand but its folder. */
async function list(settings: Readonly<Record<string, string>>): Promise<Listed> {
  const { stdout } = await promisify(execFile)(process.execPath, [LIST], { cwd: folder, env: settings });
  return JSON.parse(stdout) as Listed;
}

it('alone in its folder, the package registers every function as the sources do', async () => {
  for (const [name, value] of Object.entries(SETTINGS_OUT_OF_REACH)) vi.stubEnv(name, value);
  const files = globSync(FUNCTIONS)
    .toSorted()
    .map((file) => pathToFileURL(file));
  const { functions: wanted } = await loadRegistrations(files, createSilentLogger());

  const { functions } = await list(SETTINGS_OUT_OF_REACH);

  expect(functions.map(({ metadata }) => describeFunction(metadata))).toEqual(
    wanted.map(({ metadata }) => describeFunction(JSON.parse(JSON.stringify(metadata)) as FunctionMetadata)),
  );
  expect(functions.every(({ hasHandler }) => hasHandler)).toBe(true);
  expect(functions.map(({ metadata: { name } }) => name)).toEqual(
    expect.arrayContaining(['mirror', 'reconcile-shard', 'reconcile-timer', 'health-live']),
  );
});

it('the package takes its messages from the queues that the settings name, and its timer from the schedule', async () => {
  const { functions } = await list({
    ...SETTINGS_OUT_OF_REACH,
    BLOBMIRROR_RECONCILE_SCHEDULE: '0 30 2 * * *',
  });
  const triggers = functions.flatMap(({ metadata: { name, bindings } }) =>
    Object.values(bindings)
      .filter(({ type }) => type === 'serviceBusTrigger' || type === 'timerTrigger')
      .map(({ queueName, connection, schedule }) => [name, queueName ?? schedule, connection]),
  );
  expect(triggers).toContainEqual(['mirror', '%BLOBMIRROR_EVENTS_QUEUE%', 'BLOBMIRROR_SERVICE_BUS']);
  expect(triggers).toContainEqual([
    'reconcile-shard',
    '%BLOBMIRROR_RECONCILE_QUEUE%',
    'BLOBMIRROR_SERVICE_BUS',
  ]);
  expect(triggers).toContainEqual(['reconcile-timer', '0 30 2 * * *', undefined]);
});

it('the package registers what answers, and no queue, when a setting is missing', async () => {
  const { functions } = await list({ ...SETTINGS_OUT_OF_REACH, BLOBMIRROR_SOURCE: '' });
  const kinds = Map.groupBy(
    functions,
    ({ metadata: { bindings } }) =>
      Object.values(bindings).find(({ direction }) => direction === 'in')?.['type'],
  );
  expect(kinds.get('serviceBusTrigger')).toBeUndefined();
  expect(kinds.get('timerTrigger')?.map(({ metadata: { name } }) => name)).toEqual(['watch']);
  expect(kinds.get('httpTrigger')?.length).toBeGreaterThan(10);
});

it('the package is small, holds no source and no module folder, and says what it is', async () => {
  const files = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(files.map(async (file) => await stat(join(folder, file))));
  const bytes = sizes.reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
  expect(bytes).toBeLessThan(MAX_BYTES);
  expect(files.filter((file) => file.includes('node_modules') || file.endsWith('.ts'))).toEqual([]);
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as object;
  const packaged = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object;
  expect(packaged).toMatchObject({ ...pick(own, ['name', 'version', 'engines']), type: 'module' });
  expect(await readFile(join(folder, 'host.json'), 'utf8')).toBe(
    await readFile(new URL('../../host.json', import.meta.url), 'utf8'),
  );
});

it('the command runs from the package alone', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'cli/main.js'), '--version'], {
    cwd: folder,
    env: {},
  });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

/** Bindings have names that the library draws by lot. */
function describeFunction({ name, bindings }: FunctionMetadata): unknown {
  return { name, bindings: Object.values(bindings).map((binding) => ({ ...binding, name: '' })) };
}

function pick(from: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
