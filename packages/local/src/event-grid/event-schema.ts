import type { StorageEvent } from './storage-event.ts';

export type EventSchema = 'EventGridSchema' | 'CloudEventSchemaV1_0';

/** A JSON object. */
export type EventBody = Readonly<Record<string, unknown>>;

/** An event as it leaves for a subscriber. */
export function toBody(event: StorageEvent, schema: EventSchema): EventBody {
  const { id, subject, type, data } = event;
  const origin = topicOf(event.account);
  const time = toEventGridTime(event.time);
  return schema === 'EventGridSchema'
    ? {
        topic: origin,
        subject,
        eventType: type,
        id,
        data,
        dataVersion: '',
        metadataVersion: '1',
        eventTime: time,
      }
    : { source: origin, subject, type, time, id, data, specversion: '1.0' };
}

export function contentTypeOf(schema: EventSchema): string {
  return schema === 'EventGridSchema'
    ? 'application/json; charset=utf-8'
    : 'application/cloudevents+json; charset=utf-8';
}

/**
 * The message properties that Event Grid sets: learn.microsoft.com/azure/event-grid/handler-service-bus.
 *
 * @param attempts earlier delivery attempts of this event
 */
export function toApplicationProperties(
  subscription: { readonly name: string; readonly schema: EventSchema },
  messageId: string,
  attempts: number,
): Record<string, string> {
  return {
    'aeg-subscription-name': subscription.name,
    'aeg-delivery-count': String(attempts),
    'aeg-event-type': 'Notification',
    'aeg-output-event-id': messageId,
    // CloudEvents has the version of its specification here, not of the data.
    ...(subscription.schema === 'EventGridSchema'
      ? { 'aeg-metadata-version': '1', 'aeg-data-version': '' }
      : { 'aeg-metadata-version': '1.0' }),
  };
}

/** Azure writes times with seven decimal places. */
export function toEventGridTime(time: Date): string {
  return time.toISOString().replace('Z', '0000Z');
}

function topicOf(account: string): string {
  return `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/blobmirror-local/providers/Microsoft.Storage/storageAccounts/${account}`;
}
