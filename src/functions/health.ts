import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

/** Whether the mirror does what it promises: 200, or 503 with its problems. For alerts; a restart mends none of them. */

const { statusHandlers: status } = theApp();

app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async () => await status.health(),
});

/** Says that the process is up, for whoever restarts one that is not. */

app.http('health-live', {
  route: 'api/health/live',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: { status: 'up' } }),
});
