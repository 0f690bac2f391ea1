/** Door 1: a message of the events queue. Parses nothing and decides nothing: one call into the app. */
import { app } from '@azure/functions';
import { fromTrigger } from '../wiring/from-trigger.ts';
import { theApp } from '../wiring/the-app.ts';

// Made before anything is registered: a wrong setting keeps the app from starting. Found at the first message, it would
// send every message of the queue to the dead-letter queue, ten deliveries each.
const { mirror } = theApp();

app.serviceBusQueue('mirror', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_EVENTS_QUEUE%',
  handler: async (body, context) => {
    await mirror.handleMessage(fromTrigger(body, context));
  },
});
