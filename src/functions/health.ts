/** Whether the mirror does what it promises: 200, or 503 with its problems. For alerts; a restart mends none of them. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { status } = theApp();

app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async () => await status.health(),
});
