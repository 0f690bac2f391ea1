/** Each minute, writes the canary at the source and sees it arrive on the backup. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { canary } = theApp().recovery;

// Half a minute apart from the watch, which then finds the canary where it is to be.
if (canary !== undefined) {
  app.timer('canary', {
    schedule: '30 * * * * *',
    handler: async () => {
      await canary();
    },
  });
}
