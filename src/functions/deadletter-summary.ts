/** How many dead letters there are, by code and by container. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().deadLetters;

app.http('deadletter-summary', {
  route: 'api/deadletters/summary',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await api.summary(),
});
