/** The last runs, the newest first. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { api } = theApp().reconciliation;

app.http('reconcile-list', {
  route: 'api/reconcile',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await api.list(),
});
