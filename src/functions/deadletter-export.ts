/** Dead letters with their messages, as lines of JSON: `?code=&container=`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().deadLetters;

// An export may be longer than memory: its lines go out as they are read.
app.setup({ enableHttpStream: true });

app.http('deadletter-export', {
  route: 'api/deadletters/export',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ query }) => await api.export(query),
});
