/** Door 2: a piece of a full sync, from the reconcile queue. */
import { app } from '@azure/functions';
import { fromTrigger } from '../app/from-trigger.ts';
import { theApp } from '../app/the-app.ts';

const { reconciliation } = theApp();

app.serviceBusQueue('reconcile-shard', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_RECONCILE_QUEUE%',
  handler: async (body, context) => {
    await reconciliation.handleMessage(fromTrigger(body, context));
  },
});
