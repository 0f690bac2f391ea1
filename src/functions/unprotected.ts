import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';
import { actionGuard, unprotectedHandlers } from './support/the-handlers.ts';

/** Keys that are not protected, by name: `?container=&prefix=&reason=&from=&limit=`. */
app.http('unprotected', {
  route: 'api/unprotected',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await unprotectedHandlers.list(query),
});

/** Acknowledges the keys that are on record now, which clears the health problem. */
app.http('unprotected-acknowledge', {
  route: 'api/unprotected/acknowledge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async () => await unprotectedHandlers.acknowledge()),
});

/** Each minute: takes the result of the last full sync over, and checks the keys that are due. */
if (settings !== undefined) {
  app.timer('unprotected-retry', {
    schedule: '10 * * * * *',
    handler: async () => {
      await (await (await theApp()).unprotected()).retry();
    },
  });
}
