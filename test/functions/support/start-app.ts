import { loadRegistrations } from '../../../src/host/load-registrations.ts';
import { readHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { SETTINGS_OUT_OF_REACH } from '../../support/settings-out-of-reach.ts';

/** Settings that are in order and reach nothing, for a process that is to be quiet. */
export const SETTINGS = { ...SETTINGS_OUT_OF_REACH, BLOBMIRROR_LOG_LEVEL: 'silent' };

export function registrationOf(resource: string): URL {
  return new URL(`../../../src/functions/${resource}.ts`, import.meta.url);
}

/**
 * The host with some of the functions, as the worker runs it. The settings must stand in the environment, too.
 *
 * @param resources names of files in src/functions/
 * @param names the functions of those files that run; all that they register when left out
 */
export async function startApp(
  resources: readonly string[],
  log: Logger,
  names?: readonly string[],
): Promise<Host> {
  const registrations = resources.map(registrationOf);
  const { functions } = await loadRegistrations(registrations, log);
  const others = functions
    .map(({ metadata }) => metadata.name)
    .filter((name) => names?.includes(name) === false);
  const disabled = Object.fromEntries(others.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
  return await startHost({
    registrations,
    settings: { ...process.env, ...disabled },
    hostJson: await readHostJson(new URL('../../../host.json', import.meta.url)),
    httpPort: 0,
    log,
  });
}
