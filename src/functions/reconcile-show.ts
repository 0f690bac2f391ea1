/** One run, with its counts, samples and alerts. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().reconciliation;

app.http('reconcile-show', {
  route: 'api/reconcile/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.show(params['id']),
});
