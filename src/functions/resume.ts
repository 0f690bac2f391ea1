/** Lets mirroring go on. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { actions, control } = theApp();

app.http('resume', {
  route: 'api/resume',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actions.guard(request, async () => await control.api.resume()),
});
