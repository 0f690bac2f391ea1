import { app } from '@azure/functions';
import { actionGuard, pauseHandlers } from './support/the-handlers.ts';

/** Pauses mirroring: `{reason?}`. Messages wait in their queues. */
app.http('pause', {
  route: 'api/pause',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async (body) => await pauseHandlers.pause(body)),
});

/** Resumes mirroring. */
app.http('resume', {
  route: 'api/resume',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await actionGuard.protect(request, async () => await pauseHandlers.resume()),
});
