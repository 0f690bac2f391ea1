/** Each minute: takes back the events that Event Grid could not deliver to the queue. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { takeBack } = theApp().deadLetters;

// Where nothing is said of them it is no function at all.
if (takeBack !== undefined) {
  app.timer('deadletter-take-back', {
    schedule: '40 * * * * *',
    handler: async () => {
      await takeBack();
    },
  });
}
