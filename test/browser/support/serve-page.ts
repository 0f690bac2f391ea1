import { afterAll, vi } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { SETTINGS, startApp } from '../../functions/support/start-app.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

let host: Host | undefined;

afterAll(async () => {
  vi.unstubAllEnvs();
  await host?.stop();
});

/** Serves the page alone, with our host. Resolves to its address; closed after the tests of the file. */
export async function servePage(): Promise<string> {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  host = await startApp(['page'], createSilentLogger(), ['page', 'page-asset']);
  return `${host.baseUrl ?? ''}/`;
}
