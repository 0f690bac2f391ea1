/** Says that the process is up, for whoever restarts one that is not. */
import { app } from '@azure/functions';

app.http('health-live', {
  route: 'api/health/live',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: { status: 'up' } }),
});
