/** The dashboard. It holds no data: what it shows comes from functions that ask for the key. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { page } = theApp();

app.http('page', {
  // An empty route would be the function's name.
  route: '{ignored:maxlength(0)?}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.document(request),
});
