import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../../src/telemetry/logger.ts';
import type { Environment } from '../../../src/config/environment.ts';
import type { FunctionMetadata } from '../../../src/host/functions-core.ts';
import { loadRegistrations } from '../../../src/host/load-registrations.ts';

const FOLDER = new URL('../../../src/functions/', import.meta.url);
let loaded: Promise<readonly FunctionMetadata[]> | undefined;

/**
 * What the code registers, loaded as the Functions worker loads it. A process has one app, so the environment that is
 * given first is the one that counts; the functions and their bindings are the same in each.
 */
export async function registeredFunctions(env: Environment): Promise<readonly FunctionMetadata[]> {
  loaded ??= load(env);
  return await loaded;
}

async function load(env: Environment): Promise<readonly FunctionMetadata[]> {
  const names: string[] = [];
  for await (const name of glob('*.ts', { cwd: fileURLToPath(FOLDER) })) names.push(name);
  const files = names.toSorted((one, other) => (one < other ? -1 : 1)).map((name) => new URL(name, FOLDER));
  const before = { ...process.env };
  Object.assign(process.env, env, { BLOBMIRROR_LOG_LEVEL: 'silent' });
  // With full syncs off their timer is not registered, and tests in one process share what was loaded first.
  if (env['BLOBMIRROR_RECONCILE_SCHEDULE'] === 'off')
    process.env['BLOBMIRROR_RECONCILE_SCHEDULE'] = '0 0 * * * *';
  // Nothing is to be sent from here.
  delete process.env['APPLICATIONINSIGHTS_CONNECTION_STRING'];
  try {
    const { functions } = await loadRegistrations(files, createLogger('silent'));
    return functions.map(({ metadata }) => metadata);
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
