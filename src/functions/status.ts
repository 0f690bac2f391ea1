import { app } from '@azure/functions';
import type { StatusService } from '../wiring/create-status-service.ts';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';
import { showHandlers, statusHandlers } from './support/the-handlers.ts';

/** Recovery point, health, backlog, dead letters and runs. */
app.http('status', {
  route: 'api/status',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await statusHandlers.show(request),
});

/** One key, as both accounts, the queues and the last full sync know it: `?key=CONTAINER/PATH`. */
app.http('show', {
  route: 'api/show',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await showHandlers.show(query),
});

/** Each minute: records a sample of the status, and logs when health changes. With wrong settings it fails, naming them. */
app.timer('watch', {
  schedule: '0 * * * * *',
  handler: async () => {
    await (await statusService()).recordStatus();
  },
});

/** Each minute: writes the canary at the source and reads it on the backup. Half a minute after `watch`, so that each sample shows the canary settled. */
if (settings?.recovery.canary !== undefined) {
  app.timer('canary', {
    schedule: '30 * * * * *',
    handler: async () => {
      await (await statusService()).followCanary?.();
    },
  });
}

async function statusService(): Promise<StatusService> {
  return await (await theApp()).statusService();
}
