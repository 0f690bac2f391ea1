/** Puts dead letters back into their queues: `{ids}`, `{code?, container?}` or `{all: true}`, with `dryRun?`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const {
  actions,
  deadLetters: { api },
} = theApp();

app.http('deadletter-replay', {
  route: 'api/deadletters/replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.guard(request, async () => await api.replay(await request.text())),
});
