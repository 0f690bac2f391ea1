/** Throws dead letters away: as for a replay, with `confirm: true`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const {
  actions,
  deadLetters: { api },
} = theApp();

app.http('deadletter-purge', {
  route: 'api/deadletters/purge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actions.guard(request, async () => await api.purge(await request.text())),
});
