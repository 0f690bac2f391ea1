import { app } from '@azure/functions';
import { healthOfWrongSettings, live } from '../http/status-handlers.ts';
import { wrongSettings } from './support/start.ts';
import { statusHandlers } from './support/the-handlers.ts';

/** Whether the mirror keeps its promises: 200, or 503 with its problems. For alerts; a restart fixes none of them. */
app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async () =>
    wrongSettings === undefined ? await statusHandlers.health() : healthOfWrongSettings(wrongSettings),
});

/** Whether the process is up, for a supervisor that restarts it. */
app.http('health-live', {
  route: 'api/health/live',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => live(),
});
