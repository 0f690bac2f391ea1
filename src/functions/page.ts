import { app } from '@azure/functions';
import { actionGuard, page } from './support/the-handlers.ts';

/** The dashboard. Its document holds no data; the functions that it calls for data need the function key. */
app.http('page', {
  // The host takes an empty route for the name of the function.
  route: '{ignored:maxlength(0)?}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.document(request),
});

/** Script and style of the dashboard. Their names hold a hash of the content. */
app.http('page-asset', {
  route: 'assets/{name}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.asset(request, request.params['name']),
});

/** The token that the dashboard sends with its actions. Pages of other origins do not get one. */
app.http('session', {
  route: 'api/session',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await actionGuard.session(request),
});
