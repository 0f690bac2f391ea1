import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { actionGuard, reconcileHandlers } from './support/the-handlers.ts';

const { reconciliation } = theApp();
const { reconciler, schedule } = reconciliation;

/** Begins a full sync: `{container?, prefix?, dryRun?, allowDeletes?, deleteForeign?, adopt?}`. */
app.http('reconcile-start', {
  route: 'api/reconcile',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async (body) => await reconcileHandlers.start(body)),
});

/** The latest runs, newest first. */
app.http('reconcile-list', {
  route: 'api/reconcile',
  methods: ['GET'],
  authLevel: 'function',
  handler: async () => await reconcileHandlers.list(),
});

/** One run, with its counts, samples and alerts. */
app.http('reconcile-show', {
  route: 'api/reconcile/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params }) => await reconcileHandlers.show(params['id']),
});

/** Cancels a run. */
app.http('reconcile-cancel', {
  route: 'api/reconcile/{id}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request) =>
    await actionGuard.protect(request, async () => await reconcileHandlers.cancel(request.params['id'])),
});

/** Every key of a run that was out of step, as lines of JSON, in pages: `?from=`. */
app.http('reconcile-report', {
  route: 'api/reconcile/{id}/report',
  methods: ['GET'],
  authLevel: 'function',
  handler: async ({ params, query }) => await reconcileHandlers.report(params['id'], query),
});

/** Begins a full sync on schedule, unless one is under way. It is not registered when the schedule is off. */
if (schedule !== undefined) {
  app.timer('reconcile-timer', {
    schedule,
    handler: async () => {
      await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    },
  });
}

/** A message of the reconcile queue: the next slice of a full sync. */
app.serviceBusQueue('reconcile-shard', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_RECONCILE_QUEUE%',
  handler: async (body, context) => {
    await reconciliation.handleTrigger(body, context);
  },
});
