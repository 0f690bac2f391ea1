/** Every key of a run that was out of step, as lines of JSON. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().reconciliation;

// A report may be longer than memory: its lines go out as they are read.
app.setup({ enableHttpStream: true });

app.http('reconcile-report', {
  route: 'api/reconcile/{id}/report',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.report(params['id']),
});
