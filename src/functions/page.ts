import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

const { actionGuard: actions, page } = theApp();

/** The dashboard. It holds no data: what it shows comes from functions that ask for the key. */
app.http('page', {
  // An empty route would be the function's name.
  route: '{ignored:maxlength(0)?}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.document(request),
});

/** Script and style of the dashboard, named for their content. */
app.http('page-asset', {
  route: 'assets/{name}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.asset(request, request.params['name']),
});

/** What the page at `/` needs before it acts: a token that pages of other origins do not get. */
app.http('session', {
  route: 'api/session',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await actions.session(request),
});
