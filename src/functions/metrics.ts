import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { metricsHandlers } from './support/the-handlers.ts';

/** The metrics of this worker, in the text format of Prometheus. */
app.http('metrics', {
  route: 'api/metrics',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await metricsHandlers.show(),
});

app.hook.appTerminate(async () => {
  await theApp().observation.stop();
});
