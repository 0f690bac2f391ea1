/** Lets mirroring stand still: `{reason?}`. Messages wait. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { actions, control } = theApp();

app.http('pause', {
  route: 'api/pause',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.guard(request, async () => await control.api.pause(await request.text())),
});
