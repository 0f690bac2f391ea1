/** Dead letters, the oldest first: `?code=&container=&from=&limit=`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().deadLetters;

app.http('deadletter-list', {
  route: 'api/deadletters',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await api.list(query),
});
