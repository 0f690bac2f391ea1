/** Door 2: a piece of a full sync, from the reconcile queue. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.js';

const { reconciler } = theApp().reconciliation;

app.serviceBusQueue('reconcile-shard', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_RECONCILE_QUEUE%',
  handler: async (body) => {
    await reconciler.handleShard(body);
  },
});
