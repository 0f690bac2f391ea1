import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

const { actionGuard: actions, pause: control } = theApp();

/** Lets mirroring stand still: `{reason?}`. Messages wait. */
app.http('pause', {
  route: 'api/pause',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.protect(request, async () => await control.api.pause(await request.text())),
});

/** Lets mirroring go on. */
app.http('resume', {
  route: 'api/resume',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actions.protect(request, async () => await control.api.resume()),
});
