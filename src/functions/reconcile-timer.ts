/** Begins a full sync at set times. One that still runs then is left to run. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { reconciler, schedule } = theApp().reconciliation;

// The settings are read before anything is registered: a timer that is switched off is no function at all.
if (schedule !== undefined) {
  app.timer('reconcile-timer', {
    schedule,
    handler: async () => {
      await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    },
  });
}
