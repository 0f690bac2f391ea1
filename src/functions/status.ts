import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

/** How the mirror is doing: recovery point, health, backlog, dead letters, runs. */

const { statusHandlers: status } = theApp();

app.http('status', {
  route: 'api/status',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await status.show(request),
});

/** Each minute, remembers how the mirror is doing and says when its health turns. */

const { statusService: recovery } = theApp();

app.timer('watch', {
  schedule: '0 * * * * *',
  handler: async () => {
    await recovery.recordStatus();
  },
});

/** Each minute, writes the canary at the source and sees it arrive on the backup. */

const { followCanary: canary } = theApp().statusService;

// Half a minute apart from the watch, which then finds the canary where it is to be.
if (canary !== undefined) {
  app.timer('canary', {
    schedule: '30 * * * * *',
    handler: async () => {
      await canary();
    },
  });
}
