import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';
import { metricsHandlers } from './support/the-handlers.ts';

/** The metrics of this worker, in the text format of Prometheus. */
app.http('metrics', {
  route: 'api/metrics',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await metricsHandlers.show(),
});

if (settings !== undefined) {
  app.hook.appTerminate(async () => {
    await (await theApp()).observation.stop();
  });
}
