import { app } from '@azure/functions';
import { statusHandlers } from './support/the-handlers.ts';

/** Whether the mirror keeps its promises: 200, or 503 with its problems. For alerts; a restart fixes none of them. */
app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async () => await statusHandlers.health(),
});

/** Whether the process is up, for a supervisor that restarts it. */
app.http('health-live', {
  route: 'api/health/live',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async () => await statusHandlers.live(),
});
