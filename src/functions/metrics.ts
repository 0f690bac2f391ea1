/** What this worker counted, as text for Prometheus. */
import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

const { metrics, stop } = theApp().observation;

app.http('metrics', {
  route: 'api/metrics',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await metrics.show(),
});

app.hook.appTerminate(async () => {
  await stop();
});
