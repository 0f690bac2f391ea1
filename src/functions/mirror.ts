/** Door 1: a message of the events queue. Parses nothing and decides nothing: one call into the app. */
import { app } from '@azure/functions';
import { theMirror } from '../app/the-mirror.js';

app.serviceBusQueue('mirror', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_EVENTS_QUEUE%',
  handler: async (body, context) => {
    const { messageId, enqueuedTimeUtc, applicationProperties } = context.triggerMetadata ?? {};
    await theMirror().handleMessage({
      body,
      messageId: typeof messageId === 'string' && messageId !== '' ? messageId : context.invocationId,
      enqueuedTime: typeof enqueuedTimeUtc === 'string' ? new Date(enqueuedTimeUtc) : new Date(),
      applicationProperties: (applicationProperties ?? {}) as Record<string, unknown>,
    });
  },
});
