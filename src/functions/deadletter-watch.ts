/** Each minute: counts dead letters, tells of new ones, and replays those whose cause has passed. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { deadLetters } = theApp();

app.timer('deadletter-watch', {
  schedule: '20 * * * * *',
  handler: async () => {
    await deadLetters.watch();
  },
});
