import { app } from '@azure/functions';
import type { Reconciliation } from '../wiring/create-reconciliation.ts';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';
import { actionGuard, reconcileHandlers } from './support/the-handlers.ts';

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
if (settings?.reconcile.schedule !== undefined) {
  app.timer('reconcile-timer', {
    schedule: settings.reconcile.schedule,
    handler: async () => {
      const { reconciler } = await reconciliation();
      await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    },
  });
}

/** A message of the reconcile queue: the next slice of a full sync. */
if (settings !== undefined) {
  app.serviceBusQueue('reconcile-shard', {
    connection: 'BLOBMIRROR_SERVICE_BUS',
    queueName: '%BLOBMIRROR_RECONCILE_QUEUE%',
    handler: async (body, context) => {
      await (await reconciliation()).handleTrigger(body, context);
    },
  });
}

async function reconciliation(): Promise<Reconciliation> {
  return await (await theApp()).reconciliation();
}
