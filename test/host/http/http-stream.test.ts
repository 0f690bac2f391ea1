import { expect, it } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

// A file of its own, since the option holds for the whole process.
it('HTTP functions of an app that has set enableHttpStream get their requests like any others', async () => {
  handlers.http = async (request, context) => ({
    body: `${context.options.trigger.type} ${request.method} ${await request.text()}`,
  });
  const host = await startHost({
    registrations: [new URL('../fixtures/http-stream.mjs', import.meta.url)],
    settings: {},
    hostJson: parseHostJson({ extensions: { http: { routePrefix: '' } } }),
    httpPort: 0,
    log: createSilentLogger(),
  });
  const response = await fetch(`${host.baseUrl ?? ''}/echo`, { method: 'POST', body: 'hello' });
  expect(await response.text()).toBe('httpTrigger POST hello');
  await host.stop();
});
