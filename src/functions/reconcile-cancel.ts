/** Ends a run before its time. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { actions, reconciliation } = theApp();

app.http('reconcile-cancel', {
  route: 'api/reconcile/{id}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.guard(request, async () => await reconciliation.api.cancel(request.params['id'])),
});
