import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';

// Before anything is registered, so that a wrong setting stops the start. Found at the first message, it would send every
// message to the dead-letter queue after ten deliveries.
const { mirror } = theApp();

/** A message of the events queue. */
app.serviceBusQueue('mirror', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_EVENTS_QUEUE%',
  handler: async (body, context) => {
    await mirror.handleTrigger(body, context);
  },
});
