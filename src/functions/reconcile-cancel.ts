/** Ends a run before its time. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.js';

const { api } = theApp().reconciliation;

app.http('reconcile-cancel', {
  route: 'reconcile/{id}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: async ({ params }) => await api.cancel(params['id']),
});
