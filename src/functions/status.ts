import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { statusHandlers } from './support/the-handlers.ts';

const { statusService } = theApp();
const { followCanary } = statusService;

/** Recovery point, health, backlog, dead letters and runs. */
app.http('status', {
  route: 'api/status',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await statusHandlers.show(request),
});

/** Each minute: records a sample of the status, and logs when health changes. */
app.timer('watch', {
  schedule: '0 * * * * *',
  handler: async () => {
    await statusService.recordStatus();
  },
});

/** Each minute: writes the canary at the source and reads it on the backup. Half a minute after `watch`, so that each sample shows the canary settled. */
if (followCanary !== undefined) {
  app.timer('canary', {
    schedule: '30 * * * * *',
    handler: async () => {
      await followCanary();
    },
  });
}
