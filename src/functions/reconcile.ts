import { app } from '@azure/functions';
import { fromTrigger } from '../wiring/from-trigger.ts';
import { theApp } from '../wiring/the-app.ts';

const { actionGuard: actions, reconciliation } = theApp();
const { api, reconciler, schedule } = reconciliation;

/** Begins a full sync: `{container?, prefix?, dryRun?, allowDeletes?, deleteForeign?, adopt?}`. */
app.http('reconcile-start', {
  route: 'api/reconcile',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.protect(request, async () => await api.start(await request.text())),
});

/** The last runs, the newest first. */
app.http('reconcile-list', {
  route: 'api/reconcile',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await api.list(),
});

/** One run, with its counts, samples and alerts. */
app.http('reconcile-show', {
  route: 'api/reconcile/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.show(params['id']),
});

/** Ends a run before its time. */
app.http('reconcile-cancel', {
  route: 'api/reconcile/{id}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actions.protect(request, async () => await api.cancel(request.params['id'])),
});

/** Every key of a run that was out of step, as lines of JSON. */

// A report may be longer than memory: its lines go out as they are read.
app.setup({ enableHttpStream: true });

app.http('reconcile-report', {
  route: 'api/reconcile/{id}/report',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await api.report(params['id']),
});

/** Begins a full sync at set times. One that still runs then is left to run. */

// The settings are read before anything is registered: a timer that is switched off is no function at all.
if (schedule !== undefined) {
  app.timer('reconcile-timer', {
    schedule,
    handler: async () => {
      await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    },
  });
}

/** Door 2: a piece of a full sync, from the reconcile queue. */
app.serviceBusQueue('reconcile-shard', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_RECONCILE_QUEUE%',
  handler: async (body, context) => {
    await reconciliation.handleMessage(fromTrigger(body, context));
  },
});
