import { afterEach, expect, it, vi } from 'vitest';
import { loadRegistrations } from '../../src/host/load-registrations.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { registrationOf, SETTINGS } from './support/start-app.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

// A file of its own, since a process has one app, made from the settings that are there first.
it('there is no timer for what the settings turn off', async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  vi.stubEnv('BLOBMIRROR_RECONCILE_SCHEDULE', 'off');
  const files = ['reconcile', 'status', 'deadletter'].map(registrationOf);
  const { functions } = await loadRegistrations(files, createSilentLogger());
  const names = functions.map(({ metadata }) => metadata.name);
  expect(names).toContain('reconcile-shard');
  expect(names).toEqual(expect.arrayContaining(['watch', 'deadletter-watch']));
  // Nor for what is off unless it is set.
  for (const name of ['reconcile-timer', 'canary', 'deadletter-take-back']) expect(names).not.toContain(name);
});
