/** How the mirror is doing: recovery point, health, backlog, dead letters, runs. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { status } = theApp();

app.http('status', {
  route: 'api/status',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await status.show(request),
});
