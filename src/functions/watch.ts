/** Each minute, remembers how the mirror is doing and says when its health turns. */
import { app } from '@azure/functions';
import { theApp } from '../app/the-app.ts';

const { recovery } = theApp();

app.timer('watch', {
  schedule: '0 * * * * *',
  handler: async () => {
    await recovery.watch();
  },
});
