import { app } from '@azure/functions';
import { expect, it, vi } from 'vitest';
import { parseHostJson } from '../../src/host/host-json.ts';
import { startHost } from '../../src/host/start-host.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

it('a host refuses to start when @azure/functions has looked for its runtime before and found none', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  app.get('tooEarly', () => ({}));
  expect(warn).toHaveBeenCalled();
  const started = startHost({
    registrations: [new URL('fixtures/http.mjs', import.meta.url)],
    settings: {},
    hostJson: parseHostJson({}),
    log: createSilentLogger(),
  });
  await expect(started).rejects.toThrow('@azure/functions was imported before startHost');
});
