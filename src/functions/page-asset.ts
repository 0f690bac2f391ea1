/** Script and style of the dashboard, named for their content. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { page } = theApp();

app.http('page-asset', {
  route: 'assets/{name}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request) => await page.asset(request, request.params['name']),
});
