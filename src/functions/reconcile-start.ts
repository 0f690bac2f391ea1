/** Begins a full sync: `{container?, prefix?, dryRun?, allowDeletes?}`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.js';

const { api } = theApp().reconciliation;

app.http('reconcile-start', {
  route: 'reconcile',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) => await api.start(await request.text()),
});
