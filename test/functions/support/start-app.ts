import { readHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { SETTINGS_OUT_OF_REACH } from '../../support/settings-out-of-reach.ts';

/** Settings that are in order and reach nothing, for a process that is to be quiet. */
export const SETTINGS = { ...SETTINGS_OUT_OF_REACH, BLOBMIRROR_LOG_LEVEL: 'silent' };

export function registrationOf(name: string): URL {
  return new URL(`../../../src/functions/${name}.ts`, import.meta.url);
}

/** The host with some of the functions, as the worker runs it. The settings must stand in the environment, too. */
export async function startApp(names: readonly string[], log: Logger): Promise<Host> {
  return await startHost({
    registrations: names.map(registrationOf),
    settings: process.env,
    hostJson: await readHostJson(new URL('../../../host.json', import.meta.url)),
    httpPort: 0,
    log,
  });
}
