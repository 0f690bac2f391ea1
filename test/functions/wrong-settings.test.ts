import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRegistrations, type Registrations } from '../../src/host/load-registrations.ts';
import type { Host } from '../../src/host/start-host.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { registrationOf, SETTINGS, startApp } from './support/start-app.ts';

const log = createSilentLogger();

vi.mock('../../src/telemetry/line-logger.ts', async (original) => ({
  ...(await original<object>()),
  createWorkerLogger: () => log,
}));

const RESOURCES = readdirSync(new URL('../../src/functions/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));

let registrations: Registrations;
let host: Host;
/** Before any request, which logs its own errors. */
let atStart: typeof log.lines;

beforeAll(async () => {
  const { BLOBMIRROR_SOURCE: _, BLOBMIRROR_LOG_LEVEL: __, ...others } = SETTINGS;
  for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value);
  vi.stubEnv('BLOBMIRROR_SOURCE', '');
  vi.stubEnv('BLOBMIRROR_SOURCE__blobServiceUri', 'https://not-an-account?sig=secret');
  registrations = await loadRegistrations(RESOURCES.map(registrationOf), createSilentLogger());
  host = await startApp(RESOURCES, createSilentLogger());
  await waitUntil('it is logged', () => log.lines.length > 0);
  atStart = [...log.lines];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await host.stop();
});

async function get(path: string): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`${host.baseUrl ?? ''}/api/${path}`);
  return { status: answer.status, json: await answer.json() };
}

describe('an app with a wrong setting', () => {
  it('registers its functions, but receives no message, which would be a dead letter after ten failures', () => {
    const triggers = registrations.functions.map(({ metadata: { name, bindings } }) => {
      const [trigger] = Object.values(bindings).map(({ type }) => String(type));
      return { name, trigger };
    });
    expect(triggers.filter(({ trigger }) => trigger === 'httpTrigger').length).toBeGreaterThan(18);
    expect(triggers.filter(({ trigger }) => trigger !== 'httpTrigger').map(({ name }) => name)).toEqual([
      'watch',
    ]);
  });

  it('says once what is wrong, as an error of the log of the worker', () => {
    expect(atStart).toEqual([
      {
        level: 'error',
        message: expect.stringContaining('the settings are wrong') as string,
        fields: expect.objectContaining({
          code: 'setting-invalid',
          detail: expect.stringContaining('BLOBMIRROR_SOURCE__blobServiceUri') as string,
        }) as unknown,
      },
    ]);
  });

  it('fails in health, which names the setting and not what it holds', async () => {
    const { status, json } = await get('health');
    expect(status).toBe(503);
    expect(json).toMatchObject({
      status: 'failing',
      problems: [
        {
          code: 'settings-wrong',
          detail: expect.stringMatching(
            /^the settings are wrong \(BLOBMIRROR_SOURCE__blobServiceUri/,
          ) as string,
        },
      ],
    });
    expect(JSON.stringify(json)).not.toContain('not-an-account');
    expect(await get('health/live')).toEqual({ status: 200, json: { status: 'up' } });
  });

  it('answers every request with what is wrong, and fails each minute', async () => {
    for (const path of ['status', 'metrics', 'reconcile', 'deadletters', 'deadletters/summary', 'session'])
      expect([path, await get(path)]).toMatchObject([
        path,
        { status: 500, json: { error: { code: 'setting-invalid', hint: expect.any(String) as string } } },
      ]);
    const watch = registrations.functions.find(({ metadata }) => metadata.name === 'watch');
    await expect(watch?.callback({}, {})).rejects.toMatchObject({ code: 'setting-invalid' });
  });
});
