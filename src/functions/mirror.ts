/** Door 1: a message of the events queue. Parses nothing and decides nothing: one call into the app. */
import { app } from '@azure/functions';
import { theMirror } from '../app/the-mirror.js';

app.serviceBusQueue('mirror', {
  connection: 'BLOBMIRROR_SERVICE_BUS',
  queueName: '%BLOBMIRROR_EVENTS_QUEUE%',
  handler: async (body, context) => {
    const { messageId, enqueuedTimeUtc, deliveryCount, applicationProperties } =
      context.triggerMetadata ?? {};
    await theMirror().handleMessage({
      body,
      messageId: typeof messageId === 'string' && messageId !== '' ? messageId : context.invocationId,
      enqueuedTime: typeof enqueuedTimeUtc === 'string' ? new Date(enqueuedTimeUtc) : new Date(),
      // A number, or what the gRPC library makes of a 64 bit one.
      deliveryCount: Number(deliveryCount) || 1,
      applicationProperties: (applicationProperties ?? {}) as Record<string, unknown>,
    });
  },
});
