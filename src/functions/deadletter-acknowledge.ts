/** Takes note of the dead letters that there are: health is no longer red for them. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const {
  actions,
  deadLetters: { api },
} = theApp();

app.http('deadletter-acknowledge', {
  route: 'api/deadletters/acknowledge',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actions.guard(request, async () => await api.acknowledge()),
});
