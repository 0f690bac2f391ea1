/** What the page at `/` needs before it acts: a token that pages of other origins do not get. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { actions } = theApp();

app.http('session', {
  route: 'api/session',
  methods: ['GET'],
  authLevel: 'function',
  handler: async (request) => await actions.session(request),
});
