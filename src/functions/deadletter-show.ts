/** One dead letter, with its message. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().deadLetters;

app.http('deadletter-show', {
  route: 'api/deadletters/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.show(params['id']),
});
