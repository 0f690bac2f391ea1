import { app } from '@azure/functions';
import { theApp } from '../wiring/the-app.ts';
import { settings } from './support/start.ts';

/** A message of the events queue. */
if (settings !== undefined) {
  app.serviceBusQueue('mirror', {
    connection: 'BLOBMIRROR_SERVICE_BUS',
    queueName: '%BLOBMIRROR_EVENTS_QUEUE%',
    handler: async (body, context) => {
      const mirror = await (await theApp()).mirror();
      await mirror.handleTrigger(body, context);
    },
  });
}
