import { afterAll, vi } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { SETTINGS, startApp } from '../../functions/support/start-app.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

let host: Host | undefined;

afterAll(async () => {
  vi.unstubAllEnvs();
  await host?.stop();
});

/** The page alone, as our host serves it. Resolves to its address; it is gone when the tests of the file are over. */
export async function servePage(): Promise<string> {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  host = await startApp(['page', 'page-asset'], createSilentLogger());
  return `${host.baseUrl ?? ''}/`;
}
