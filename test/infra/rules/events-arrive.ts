import { EVENT_TYPES } from '../../../src/events/read-event.ts';
import { eachWalkThrough } from '../rule.ts';
import { appSettingsOf, at, resourcesOf } from '../deployment/walk-through.ts';

/**
 * The subscription delivers the types of events that `events/` reads, to the queue that the app takes from, and gives up
 * into the container that it looks into. A source in another tenant has none.
 */
export const eventsArrive = eachWalkThrough((walkThrough) => {
  const subscriptions = resourcesOf(walkThrough, 'Microsoft.EventGrid/systemTopics/eventSubscriptions');
  const expected = walkThrough.parameters['sourceEndpoint'] === '' ? 1 : 0;
  if (subscriptions.length !== expected)
    return [`there are ${subscriptions.length} event subscriptions, not ${expected}`];
  const settings = appSettingsOf(walkThrough);
  return subscriptions.flatMap((subscription) => {
    const types = (at(subscription, 'properties.filter.includedEventTypes') ?? []) as readonly string[];
    const queue = String(
      at(subscription, 'properties.deliveryWithResourceIdentity.destination.properties.resourceId'),
    );
    const aside = 'properties.deadLetterWithResourceIdentity.deadLetterDestination.properties';
    const account = String(at(subscription, `${aside}.resourceId`));
    const container = String(at(subscription, `${aside}.blobContainerName`));
    const made = resourcesOf(walkThrough, 'Microsoft.Storage/storageAccounts/blobServices/containers');
    return [
      ...EVENT_TYPES.filter((type) => !types.includes(type)).map((type) => `${type} is not delivered`),
      ...types
        .filter((type) => !EVENT_TYPES.includes(type))
        .map((type) => `${type} is delivered, and nobody reads it`),
      ...(queue.endsWith(`/queues/${settings['BLOBMIRROR_EVENTS_QUEUE']}`)
        ? []
        : [
            `events are delivered to ${queue}, and the app takes from ${settings['BLOBMIRROR_EVENTS_QUEUE']}`,
          ]),
      ...(container === settings['BLOBMIRROR_EVENT_GRID_DEAD_LETTERS'] &&
      made.some(({ id }) => id === `${account}/blobServices/default/containers/${container}`)
        ? []
        : [`undelivered events go to ${container} of ${account}, where the app does not look for them`]),
    ];
  });
});
