import { app } from '@azure/functions';
import { showHandlers } from './support/the-handlers.ts';

/** One key, as both accounts, the queues and the last full sync know it: `?key=CONTAINER/PATH`. */
app.http('show', {
  route: 'api/show',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await showHandlers.show(query),
});
