/** Begins a full sync: `{container?, prefix?, dryRun?, allowDeletes?, deleteForeign?, adopt?}`. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { actions, reconciliation } = theApp();

app.http('reconcile-start', {
  route: 'api/reconcile',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.guard(request, async () => await reconciliation.api.start(await request.text())),
});
